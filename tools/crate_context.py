"""Write an HTTP cache in which the validator of RO-Crates finds the context of RO-Crate 1.1, so that it needs no network.

python tools/crate_context.py CACHE    the file CACHE.sqlite; then: rocrate-validator validate --offline --cache-path CACHE

The context is a vendored copy; tools/ro_crate/README.md states its source and license.
Needs the packages of requirements-crate.lock alone.
"""

import argparse
import io
from pathlib import Path

import requests
import requests_cache
import urllib3

URL = "https://w3id.org/ro/crate/1.1/context"
CONTEXT = Path(__file__).parent / "ro_crate" / "context-1.1.jsonld"


class VendoredContext(requests.adapters.BaseAdapter):
    """Answers each request with the vendored file."""

    def send(self, request, **_):
        raw = urllib3.HTTPResponse(io.BytesIO(CONTEXT.read_bytes()), status=200, preload_content=False)
        response = requests.adapters.HTTPAdapter().build_response(request, raw)
        response.headers["Content-Type"] = "application/ld+json"
        return response

    def close(self):
        pass


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("cache", help="path of the cache without the ending .sqlite")
    with requests_cache.CachedSession(parser.parse_args().cache, backend="sqlite", expire_after=-1) as session:
        session.mount(URL, VendoredContext())
        session.get(URL).raise_for_status()


if __name__ == "__main__":
    main()
