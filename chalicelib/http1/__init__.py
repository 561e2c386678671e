"""HTTP/1.1 (RFC 9112): one exchange at a time, over a socket that somebody else has opened.

`request` makes the head of a request, `answer` reads what comes back, by way of a `reader`; `post` is the one exchange
that AWS's JSON protocols need; `grammar` is what all of them allow in a text.

http.client takes 72 µs of CPU for an exchange on loopback that takes 42 µs here: it makes a file and an object with a
dozen parts for each answer. It also ends a head at the first line that is no field, and reads the sizes of chunks as
Python reads numbers.
"""
