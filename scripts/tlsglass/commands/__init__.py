"""The commands of the command line: their options, what they print, and the files that they write."""
