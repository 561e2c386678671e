"""What a deployment costs in a month: list prices, how much of each is used, and the sum. `python -m infra.costs`.

`docs/costs.md` is made of this, so its sums cannot rot; a test compares what is counted here with what is deployed.
Prices are published ones of us-east-1, entered by hand, without free tiers and discounts. Quantities are
measured where a comment says so, otherwise they are the assumptions that the page names.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

ENTERED_IN: Final = "November 2026"
REGION: Final = "us-east-1"
_MILLION: Final = 1_000_000
_GB: Final = 1_000_000_000
_MINUTES: Final = 43_800  # of a month of 730 hours
_HOURS: Final = 730


@dataclass(frozen=True)
class Price:
    """US dollars for one unit; `page` is the pricing page's name below https://aws.amazon.com/."""

    usd: float
    unit: str
    page: str


PRICES: Final = {
    "Lambda requests": Price(0.20 / _MILLION, "request", "lambda/pricing/"),
    "Lambda GB-seconds": Price(0.0000166667, "GB-second (x86)", "lambda/pricing/"),
    "API Gateway": Price(3.50 / _MILLION, "REST request", "api-gateway/pricing/"),
    "CloudFront requests": Price(1.00 / _MILLION, "HTTPS request (United States)", "cloudfront/pricing/"),
    "CloudFront traffic": Price(0.085 / _GB, "byte out (United States)", "cloudfront/pricing/"),
    "DynamoDB writes": Price(0.625 / _MILLION, "write request unit", "dynamodb/pricing/on-demand/"),
    "DynamoDB reads": Price(0.125 / _MILLION, "read request unit", "dynamodb/pricing/on-demand/"),
    "DynamoDB storage": Price(0.25 / _GB, "byte", "dynamodb/pricing/on-demand/"),
    "DynamoDB recovery": Price(0.20 / _GB, "byte, for point-in-time recovery", "dynamodb/pricing/on-demand/"),
    "Logs": Price(0.50 / _GB, "byte taken in", "cloudwatch/pricing/"),
    "Metrics": Price(0.30, "custom metric", "cloudwatch/pricing/"),
    "Alarms": Price(0.10, "metric of an alarm", "cloudwatch/pricing/"),
    "Dashboards": Price(3.00, "dashboard", "cloudwatch/pricing/"),
    "Secrets": Price(0.40, "secret", "secrets-manager/pricing/"),
    "Secrets read": Price(0.05 / 10_000, "call", "secrets-manager/pricing/"),
    "SQS": Price(0.50 / _MILLION, "FIFO request", "sqs/pricing/"),
}


@dataclass(frozen=True)
class Line:
    """So much of one thing."""

    price: str
    quantity: float
    why: str

    @property
    def usd(self) -> float:
        """What it costs."""
        return self.quantity * PRICES[self.price].usd


@dataclass(frozen=True)
class Scenario:
    """A month."""

    title: str
    assumes: str
    lines: tuple[Line, ...]

    @property
    def usd(self) -> float:
        """What it costs."""
        return sum(line.usd for line in self.lines)


ALARM_METRICS: Final = 29  # of all alarms of infra/edge.yaml; a formula counts once for each metric in it
PER_CALL: Final = ("invocations", "failures", "duration_ms")  # metrics, by stage and by integration
LINE_BYTES: Final = 770  # of the invocation log, for a small call (measured), as are the two below
METRIC_BYTES: Final = 560
RECORD_BYTES: Final = 830
_RUNTIME_BYTES: Final = 350  # Lambda's START, END and REPORT
_ACCESS_BYTES: Final = 400  # API Gateway's access log
_SHARDS: Final = 16  # of the index of due connections, which the sweep reads each minute


def idle() -> Scenario:
    """Deployed, one workspace, nobody calls."""
    sweeps, rotations = _MINUTES, _MINUTES / 5
    lines = (
        Line("Dashboards", 1, "one"),
        Line("Alarms", ALARM_METRICS, "metrics in 13 alarms"),
        Line("Secrets", 2, "the workspace's keyring, and the secret between CloudFront and API"),
        Line("Metrics", 2, "`due` and `handed_on`, each minute"),
        Line("Lambda requests", sweeps + rotations, "sweep each minute, rotations each 5"),
        Line("Lambda GB-seconds", (sweeps + rotations) * 0.1, "0.1 s each, at 1 GB"),
        Line("DynamoDB reads", sweeps * _SHARDS * 0.5 + rotations, "16 eventually consistent queries a sweep"),
        Line("Logs", sweeps * (METRIC_BYTES + _RUNTIME_BYTES) + rotations * _RUNTIME_BYTES, "their lines"),
    )
    return Scenario("An idle month", "One workspace, no calls.", lines)


def calls(count: int = _MILLION, *, integrations: int = 10, upstream_s: float = 0.3) -> Scenario:
    """What `count` small calls add."""
    seconds = upstream_s + 0.02
    processes = 3
    refreshed = processes * _MINUTES * 2 * 5  # five rows every 30 s, strongly consistent, in each process
    lines = (
        Line("API Gateway", count, "one a call"),
        Line("CloudFront requests", count, "one a call"),
        Line("CloudFront traffic", count * 2_000, "2 KB of answer"),
        Line("Lambda requests", count + count / 10, "one a call, and one a batch of 10 records"),
        Line(
            "Lambda GB-seconds", count * seconds + count / 10 * 0.2, f"{seconds:.2f} s a call, 0.2 s a batch, at 1 GB"
        ),
        Line("DynamoDB writes", count * (2 + 1 + 2 / 10), "record in a transaction, its index, a tenth of a roll-up"),
        Line("DynamoDB reads", refreshed, f"rows read again each 30 s, in {processes} processes"),
        Line("DynamoDB storage", count * RECORD_BYTES * 2 * 7 / 30, "records and index, kept 7 days"),
        Line("Logs", count * (LINE_BYTES + METRIC_BYTES + _RUNTIME_BYTES + _ACCESS_BYTES), "four lines a call"),
        Line(
            "Metrics",
            len(PER_CALL) * (1 + integrations),
            f"3 for the stage and for each of {integrations} integrations",
        ),
        Line("Secrets read", processes * _HOURS * 12, f"each 300 s, in {processes} processes"),
    )
    assumes = f"Spread over the month, {integrations} integrations, answers of 2 KB after {upstream_s} s, no failures."
    return Scenario(f"{count:,} calls more", assumes, lines)


def connections(count: int = 10_000, *, lifetime_s: float = 3_600, item_kb: int = 2) -> Scenario:
    """What `count` OAuth connections add, whether or not anybody calls."""
    refreshes = count * _HOURS * 3_600 / (lifetime_s * 0.8)
    messages = refreshes / 25
    index = 2  # the old place and the new one
    writes = item_kb + index + 2 * item_kb + index + 3  # lease; tokens in a transaction; in it, and in its index, audit
    audit_bytes = refreshes * 400 * 400 / 30  # 400 bytes each, kept for 400 days; as much in the index
    lines = (
        Line("Lambda requests", messages, "one for each 25"),
        Line("Lambda GB-seconds", messages * 25 / 8 * 0.5, "0.5 s each, eight at a time, at 1 GB"),
        Line("DynamoDB writes", refreshes * writes, f"{writes} units each: lease, tokens, index, audit"),
        Line(
            "DynamoDB storage",
            count * item_kb * 1_000 * 2 + audit_bytes * 2,
            "items, and 400 days of audit once they are full",
        ),
        Line("DynamoDB recovery", count * item_kb * 1_000 + audit_bytes, "the same tables"),
        Line("SQS", messages * 3, "send, receive, delete"),
        Line("Logs", refreshes * METRIC_BYTES, "a line of metrics each"),
    )
    hours = lifetime_s / 3_600
    assumes = f"Renewed after 80 % of their life: {refreshes:,.0f} refreshes. Items of {item_kb} KB."
    return Scenario(f"{count:,} OAuth connections more, with tokens of {hours:g} h", assumes, lines)


SCENARIOS: Final[tuple[Callable[[], Scenario], ...]] = (
    idle,
    calls,
    connections,
    lambda: connections(lifetime_s=86_400),
)


def tables() -> str:
    """Every scenario as Markdown."""
    return "\n".join(_table(make()) for make in SCENARIOS)


def price_table() -> str:
    """The prices as Markdown."""
    rows = [
        f"| {name} | {_money(price)} | {price.unit} | [{price.page}](https://aws.amazon.com/{price.page}) |"
        for name, price in PRICES.items()
    ]
    return "\n".join(["| what | US dollars | for each | source |", "|---|---|---|---|", *rows])


def _table(scenario: Scenario) -> str:
    rows = [
        f"| {line.price} | {line.quantity:,.0f} | {line.why} | {line.usd:,.2f} |"
        for line in sorted(scenario.lines, key=lambda line: -line.usd)
    ]
    head = [f"## {scenario.title}: {scenario.usd:,.2f} US dollars", scenario.assumes, ""]
    return "\n".join([*head, "| what | how much | why | US dollars |", "|---|---|---|---|", *rows, ""])


def _money(price: Price) -> str:
    for size, word in ((1, ""), (_MILLION, " for a million"), (_GB, " for a billion")):
        if price.usd * size >= 0.01:
            return f"{price.usd * size:.3f}".rstrip("0").rstrip(".") + word
    raise ValueError(f"{price.usd} is too little for this table")


if __name__ == "__main__":
    print(tables())
