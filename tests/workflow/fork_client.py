"""Runs a program in a fork of the server in forks.py, as python would: fork_client.py SOCKET (FILE or -m MODULE) ARGUMENTS."""

import json
import os
import socket
import sys

with socket.socket(socket.AF_UNIX) as connection:
    connection.connect(sys.argv[1])
    request = json.dumps([sys.argv[2:], os.getcwd(), dict(os.environ)]).encode()
    socket.send_fds(connection, [len(request).to_bytes(8, "big")], [0, 1, 2])
    connection.sendall(request)
    returncode = connection.recv(16)
sys.exit(int(returncode or 1))
