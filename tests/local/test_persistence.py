"""What was acknowledged is there at the next start."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from infra.local import backends
from infra.local.standin import LocalAws
from infra.local.store import Record, Store
from tests.local.conftest import DOCUMENTS, NAMES, STAGE, THINGS, thing
from tests.local.sample import TEMPLATE

pytestmark = pytest.mark.usefixtures("alone")


def restarted(folder: Path) -> LocalAws:
    return LocalAws(stage=STAGE, template=TEMPLATE, state_dir=folder)


def test_items_survive_whatever_wrote_or_removed_them(tmp_path: Path, client: Any) -> None:
    db = client("dynamodb")
    rich = {
        "pk": {"S": "rich"},
        "sk": {"S": "-"},
        "b": {"B": b"\x00\xff"},
        "bs": {"BS": [b"\x01", b"\x02"]},
        "ns": {"NS": ["1", "2.5"]},
        "ss": {"SS": ["a"]},
        "l": {"L": [{"M": {"deep": {"NULL": True}}}, {"BOOL": False}, {"N": "12345678901234567890"}]},
    }
    one = {":one": {"N": "1"}}
    with restarted(tmp_path):
        db.put_item(TableName=THINGS, Item=rich)
        db.put_item(TableName=THINGS, Item=thing("deleted"))
        db.delete_item(TableName=THINGS, Key=thing("deleted"))
        update = {"TableName": THINGS, "Key": thing("n"), "UpdateExpression": "ADD c :one"}
        db.update_item(**update, ExpressionAttributeValues=one)
        db.update_item(**update, ExpressionAttributeValues=one)
        writes = [{"PutRequest": {"Item": {"name": {"S": name}}}} for name in ("x", "y")]
        db.batch_write_item(RequestItems={NAMES: writes, THINGS: [{"PutRequest": {"Item": thing("batch")}}]})
        db.batch_write_item(RequestItems={NAMES: [{"DeleteRequest": {"Key": {"name": {"S": "y"}}}}]})
        db.transact_write_items(
            TransactItems=[
                {"Put": {"TableName": THINGS, "Item": thing("transacted")}},
                {"Delete": {"TableName": THINGS, "Key": thing("batch")}},
            ]
        )
        count = {
            **update,
            "Key": thing("count"),
            "UpdateExpression": "ADD #c :one",
            "ExpressionAttributeNames": {"#c": "c"},
        }
        plain = {"TableName": THINGS, "Item": {**thing("plain"), "b": {"B": b"\x00\xff"}}}
        db.transact_write_items(TransactItems=[{"Put": plain}, {"Update": {**count, "ExpressionAttributeValues": one}}])
        with pytest.raises(db.exceptions.ConditionalCheckFailedException):
            db.put_item(TableName=THINGS, Item=thing("n"), ConditionExpression="attribute_not_exists(pk)")
        absent = {"TableName": THINGS, "Key": thing("absent"), "ConditionExpression": "attribute_exists(pk)"}
        with pytest.raises(db.exceptions.TransactionCanceledException):
            db.transact_write_items(
                TransactItems=[{"Put": {"TableName": THINGS, "Item": thing("no")}}, {"ConditionCheck": absent}]
            )
        before = sorted(db.scan(TableName=THINGS)["Items"], key=str)
    with restarted(tmp_path):
        assert sorted(db.scan(TableName=THINGS)["Items"], key=str) == before
        assert {item["pk"]["S"] for item in before} == {"rich", "n", "transacted", "plain", "count"}
        assert db.get_item(TableName=THINGS, Key=thing("n"))["Item"] == thing("n", c=2)
        found = db.get_item(TableName=THINGS, Key=thing("rich"))["Item"]
        assert {**found, "bs": None} == {**rich, "bs": None}
        assert sorted(found["bs"]["BS"]) == [b"\x01", b"\x02"]
        assert db.get_item(TableName=THINGS, Key=thing("plain"))["Item"] == plain["Item"]
        for key in (thing("rich"), thing("plain")):  # which only succeeds if the bytes are bytes again
            same = {"ConditionExpression": "b = :b", "ExpressionAttributeValues": {":b": {"B": b"\x00\xff"}}}
            db.delete_item(TableName=THINGS, Key=key, **same)
        assert db.scan(TableName=NAMES)["Items"] == [{"name": {"S": "x"}}]


def test_objects_survive_with_their_metadata(tmp_path: Path, client: Any) -> None:
    s3 = client("s3")
    large = b"large" * 50_000
    with restarted(tmp_path):
        s3.put_object(Bucket=DOCUMENTS, Key="a b/ä", Body=large, ContentType="text/plain", Metadata={"of": "job"})
        s3.put_object(Bucket=DOCUMENTS, Key="replaced", Body=b"old")
        s3.put_object(Bucket=DOCUMENTS, Key="replaced", Body=b"new")
        s3.copy_object(Bucket=DOCUMENTS, Key="copy", CopySource={"Bucket": DOCUMENTS, "Key": "a b/ä"})
        for key in ("one", "two", "three"):
            s3.put_object(Bucket=DOCUMENTS, Key=key, Body=b"")
        s3.delete_object(Bucket=DOCUMENTS, Key="one")
        s3.delete_objects(Bucket=DOCUMENTS, Delete={"Objects": [{"Key": "two"}, {"Key": "three"}]})
        upload = {"Bucket": DOCUMENTS, "Key": "parts"}
        upload["UploadId"] = s3.create_multipart_upload(**upload)["UploadId"]
        part = s3.upload_part(**upload, PartNumber=1, Body=large)
        parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
        etag = s3.complete_multipart_upload(**upload, MultipartUpload=parts)["ETag"]
    with restarted(tmp_path):
        listed = s3.list_objects_v2(Bucket=DOCUMENTS)["Contents"]
        assert [entry["Key"] for entry in listed] == ["a b/ä", "copy", "parts", "replaced"]
        found = s3.get_object(Bucket=DOCUMENTS, Key="a b/ä")
        assert (found["Body"].read(), found["ContentType"], found["Metadata"]) == (large, "text/plain", {"of": "job"})
        assert s3.get_object(Bucket=DOCUMENTS, Key="replaced")["Body"].read() == b"new"
        assert s3.head_object(Bucket=DOCUMENTS, Key="parts")["ETag"] == etag


def test_secrets_survive_with_every_version_and_label(tmp_path: Path, client: Any) -> None:
    secrets = client("secretsmanager")
    with restarted(tmp_path):
        first = secrets.create_secret(Name="w/keyring", SecretString="one")["VersionId"]
        second = secrets.put_secret_value(SecretId="w/keyring", SecretBinary=b"\x00two", VersionStages=["NEXT"])[
            "VersionId"
        ]
        move = {"VersionStage": "AWSCURRENT", "RemoveFromVersionId": first, "MoveToVersionId": second}
        secrets.update_secret_version_stage(SecretId="w/keyring", **move)
        secrets.create_secret(Name="shredded", SecretString="gone")
        secrets.delete_secret(SecretId="shredded", ForceDeleteWithoutRecovery=True)
        arn = secrets.describe_secret(SecretId="w/keyring")["ARN"]
    with restarted(tmp_path):
        assert secrets.get_secret_value(SecretId=arn)["SecretBinary"] == b"\x00two"
        assert secrets.get_secret_value(SecretId="w/keyring", VersionStage="AWSPREVIOUS")["SecretString"] == "one"
        assert [secret["Name"] for secret in secrets.list_secrets()["SecretList"]] == ["w/keyring"]


def test_parameters_survive_and_those_of_the_template_stay(tmp_path: Path, client: Any) -> None:
    ssm = client("ssm")
    with restarted(tmp_path):
        ssm.put_parameter(Name="/a", Value="1", Type="SecureString")
        ssm.put_parameter(Name="/a", Value="2", Type="SecureString", Overwrite=True)
        ssm.put_parameter(Name="/b", Value="1", Type="String")
        ssm.delete_parameter(Name="/b")
    with restarted(tmp_path):
        found = ssm.get_parameter(Name="/a", WithDecryption=True)["Parameter"]
        assert (found["Value"], found["Version"]) == ("2", 2)
        assert ssm.get_parameters(Names=["/b"])["Parameters"] == []
        fixed = ssm.get_parameter(Name=f"/waygate/{STAGE}/fixed")["Parameter"]
        assert fixed["Value"] == "from the template"


def test_messages_survive_with_their_count_and_are_visible_again(tmp_path: Path, client: Any) -> None:
    sqs = client("sqs")
    attribute = {"n": {"DataType": "String", "StringValue": "v"}}
    with restarted(tmp_path):
        url = sqs.get_queue_url(QueueName=f"waygate-{STAGE}-idle")["QueueUrl"]
        for body in ("kept", "deleted"):
            sqs.send_message(QueueUrl=url, MessageBody=body, MessageAttributes=attribute)
        received = {
            message["Body"]: message
            for message in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=600)["Messages"]
        }
        sqs.delete_message(QueueUrl=url, ReceiptHandle=received["deleted"]["ReceiptHandle"])
    with restarted(tmp_path):
        (message,) = sqs.receive_message(QueueUrl=url, AttributeNames=["All"], MessageAttributeNames=["All"])[
            "Messages"
        ]
        assert message["Body"] == "kept"
        assert message["MessageId"] == received["kept"]["MessageId"]
        assert message["Attributes"]["ApproximateReceiveCount"] == "2"
        assert message["MessageAttributes"]["n"]["StringValue"] == "v"


def test_ten_thousand_items_are_all_there_and_a_write_costs_what_it_writes(tmp_path: Path, client: Any) -> None:
    store = Store(tmp_path)
    store.write(
        Record(
            f"dynamodb/{THINGS}",
            f'{{"pk": {{"S": "p{n % 100}"}}, "sk": {{"S": "k{n}"}}}}',
            thing(f"p{n % 100}", f"k{n}", v="x" * 500),
        )
        for n in range(10_000)
    )
    store.close()
    db = client("dynamodb")
    with restarted(tmp_path):
        assert len(backends.dynamodb().tables[THINGS]) == 10_000
        assert db.get_item(TableName=THINGS, Key=thing("p99", "k9999"))["Item"]["v"]["S"] == "x" * 500
        page = db.query(
            TableName=THINGS, KeyConditionExpression="pk = :p", ExpressionAttributeValues={":p": {"S": "p7"}}
        )
        assert page["Count"] == 100
        db.put_item(TableName=THINGS, Item=thing("p7", "k7", v="replaced"))
    with restarted(tmp_path):
        assert len(backends.dynamodb().tables[THINGS]) == 10_000
        assert db.get_item(TableName=THINGS, Key=thing("p7", "k7"))["Item"] == thing("p7", "k7", v="replaced")


def test_a_table_that_the_template_lacks_is_kept_but_not_loaded(tmp_path: Path) -> None:
    record = Record("dynamodb/waygate-contract-former", "{}", thing("a"))
    store = Store(tmp_path)
    store.write([record])
    store.close()
    restarted(tmp_path).start().stop()
    store = Store(tmp_path)
    assert record in list(store.load())
    store.close()


def test_a_reset_empties_the_store_too(tmp_path: Path, client: Any) -> None:
    with restarted(tmp_path) as aws:
        client("dynamodb").put_item(TableName=THINGS, Item=thing("a"))
        aws.reset()
    with restarted(tmp_path):
        assert client("dynamodb").scan(TableName=THINGS)["Items"] == []


def test_one_stand_in_at_a_time(tmp_path: Path) -> None:
    with restarted(tmp_path / "a"), pytest.raises(RuntimeError, match="another LocalAws runs"):
        restarted(tmp_path / "b").start()
    restarted(tmp_path / "a").start().stop()
