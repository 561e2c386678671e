"""Our signature against botocore's, and against the one that AWS publishes."""

from __future__ import annotations

import time

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import ReadOnlyCredentials
from hypothesis import given
from hypothesis import strategies as st

from chalicelib import sigv4

TOKENS = st.text("abcXYZ019/+=", min_size=1, max_size=40)
NAMES = st.sampled_from(["X-Amz-Target", "X-Amz", "X-Amz-Target-Too", "Content-Type", "X-Amzn-Trace-Id", "Accept"])


def test_it_is_the_signature_that_aws_publishes() -> None:
    """``post-vanilla`` of AWS's Signature Version 4 test suite."""
    credentials = ReadOnlyCredentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", None)
    headers = {"Host": "example.amazonaws.com"}
    made = sigv4.sign(headers, b"", credentials, region="us-east-1", service="service", now=1_440_938_160)
    assert made == {
        "X-Amz-Date": "20150830T123600Z",
        "Authorization": "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
        "SignedHeaders=host;x-amz-date, "
        "Signature=5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
    }


@given(
    secret=TOKENS,
    token=st.none() | TOKENS,
    headers=st.dictionaries(NAMES, TOKENS),
    body=st.binary(max_size=200),
    now=st.integers(0, 4_000_000_000),
)
def test_it_is_the_signature_that_botocore_makes(
    secret: str, token: str | None, headers: dict[str, str], body: bytes, now: int
) -> None:
    headers["Host"] = "dynamodb.eu-central-1.amazonaws.com"
    credentials = ReadOnlyCredentials("AKID", secret, token)
    made = sigv4.sign(headers, body, credentials, region="eu-central-1", service="dynamodb", now=now)
    request = AWSRequest("POST", f"https://{headers['Host']}/", headers={**headers, **made}, data=body)
    del request.headers["Authorization"]
    request.context["timestamp"] = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now))
    theirs = SigV4Auth(credentials, "dynamodb", "eu-central-1")
    text = theirs.string_to_sign(request, theirs.canonical_request(request))
    assert made["Authorization"].endswith(f"Signature={theirs.signature(text, request)}")
    assert made["X-Amz-Date"] == request.context["timestamp"]
