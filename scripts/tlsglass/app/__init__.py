"""A local web app: fit a table and explore the atlas. It needs the extra ``app``; everything is computed by the library."""
