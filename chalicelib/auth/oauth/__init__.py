"""OAuth 2.0 (RFC 6749, RFC 9700): who we are to a provider, what it gives us, and how that is renewed.

`profile` is how a provider departs from the standard, as data; `tokens` reads a token endpoint's answer; `clients` are
our registrations with providers; `grants` asks token endpoints. Reading and building are pure; `grants.request` is the
one place that sends.
"""
