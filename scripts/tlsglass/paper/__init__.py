"""Every number that is quoted, once; what the paper claims; the verdict."""
