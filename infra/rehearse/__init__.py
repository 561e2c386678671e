"""A deployment rehearsed without AWS: the real `make deploy` on the stand-in, the real zip under Lambda’s runtime."""
