"""What a record is to a build cache: the bytes, and the messages that carry them."""

from pathlib import Path

import pytest
from google.protobuf.descriptor_pb2 import DescriptorProto, FileDescriptorProto, FileDescriptorSet

from cigen.proof import reapi_pb2
from cigen.proof.actions import action_of, decode_result, encode_result

pytestmark = pytest.mark.xdist_group("stores")  # so that each server is started once

NAME = "github.com/acme/shop/branch/records/test-ruby3.3/cs1=3a=" + "0" * 64
VENDORED = {
    "build/bazel/remote/execution/v2/remote_execution.proto": (
        "Digest Command Action ActionResult GetActionResultRequest UpdateActionResultRequest FindMissingBlobsRequest "
        "FindMissingBlobsResponse BatchUpdateBlobsRequest BatchUpdateBlobsResponse BatchReadBlobsRequest "
        "BatchReadBlobsResponse"
    ),
    "google/bytestream/bytestream.proto": "ReadRequest ReadResponse WriteRequest WriteResponse",
    "google/rpc/status.proto": "Status",
}


def test_a_name_is_one_action_for_ever() -> None:
    kept = action_of(NAME)
    assert kept.command.data == b"\n\x0ccig.record/1\n" + bytes([len(NAME)]) + NAME.encode()
    empty = b"\n\x40" + b"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    digest = b"\n\x40" + kept.command.hash.encode() + b"\x10" + bytes([len(kept.command.data) & 0x7F | 0x80, 1])
    assert kept.action.data == b"\n" + bytes([len(digest)]) + digest + b"\x12" + bytes([len(empty)]) + empty
    assert kept.action.hash == "cbacf88b741f44ca5864580784d574a2dcd86d1a5bd9a1c15df54acb7146f094"
    assert kept.folder.data == b""


def test_every_other_name_is_another_action() -> None:
    names = ["a/b", "a/c", "a", "a/b/", ""]
    assert len({action_of(name).action.hash for name in names}) == len(names)


@pytest.mark.parametrize("length", [1, 65_536, 65_537])
def test_a_result_gives_back_the_record(length: int) -> None:
    data = b"x" * length
    result, beside = encode_result(data)
    read = decode_result(result.SerializeToString())
    assert read is not None
    if beside is None:
        assert (read.stdout_raw, length <= 65_536) == (data, True)
    else:
        assert (read.stdout_digest.hash, read.stdout_digest.size_bytes) == (beside.hash, length)
        assert (beside.data, read.stdout_raw) == (data, b"")


def test_what_is_no_result_is_none() -> None:
    assert decode_result(b"\xff\xff") is None


def test_the_messages_have_the_fields_of_the_public_ones(buildstream: Path, tmp_path: Path) -> None:
    from grpc_tools import protoc

    written = tmp_path / "set"
    folders = [buildstream / "_protos", Path(protoc.__file__).parent / "_proto"]
    flags = [*(f"-I{folder}" for folder in folders), "--include_imports", f"--descriptor_set_out={written}"]
    assert protoc.main(["protoc", *flags, *VENDORED]) == 0
    files = {file.name: file for file in FileDescriptorSet.FromString(written.read_bytes()).file}
    own = FileDescriptorProto.FromString(reapi_pb2.DESCRIPTOR.serialized_pb)
    ours = {message.name: message for message in own.message_type}
    assert sorted(ours) == sorted(name for names in VENDORED.values() for name in names.split())
    for path, names in VENDORED.items():
        theirs = {message.name: message for message in files[path].message_type}
        for name in names.split():
            compare(ours[name], theirs[name])


def compare(own: DescriptorProto, public: DescriptorProto) -> None:
    fields = {field.name: field for field in public.field}
    for field in own.field:
        other = fields[field.name]
        assert (field.number, field.type, field.label) == (other.number, other.type, other.label), field.name
        assert field.type_name.rpartition(".")[2] == other.type_name.rpartition(".")[2], field.name
    nested = {message.name: message for message in public.nested_type}
    for message in own.nested_type:
        compare(message, nested[message.name])
