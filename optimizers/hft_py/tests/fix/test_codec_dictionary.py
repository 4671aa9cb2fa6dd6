"""Dictionaries: read, extended, taken from QuickFIX, and what they refuse."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from hft_py.fix import Dictionary, DictionaryError, RejectedMessage

from .conftest import sealed

HEAD = "35=D|49=A|56=B|34=1|52=20260301-14:30:00|"
ORDER = "11=1|21=1|55=AAPL|54=1|60=20260301-14:30:00|38=100|40=2|44=1.5|"


def refusal(
    fix: Dictionary, body: str, **checks: bool
) -> tuple[int | None, int | None, str] | None:
    try:
        fix.validate(fix.decode(sealed(body)), **checks)
    except RejectedMessage as error:
        return error.reason, error.tag, error.text
    return None


@pytest.mark.parametrize(
    ("body", "reason", "tag", "switch"),
    [
        (HEAD + ORDER, None, None, ""),
        (HEAD + ORDER + "9999=1|", 0, 9999, "user_defined"),
        (HEAD + ORDER + "4999=1|", 0, 4999, ""),
        (HEAD + ORDER.replace("55=AAPL|", ""), 1, 55, "required"),
        (HEAD + ORDER + "112=x|", 2, 112, ""),
        (HEAD + ORDER.replace("AAPL", ""), 4, 55, "values"),
        (HEAD + ORDER.replace("54=1", "54=Z"), 5, 54, "values"),
        (HEAD + ORDER.replace("38=100", "38=1e2"), 6, 38, "values"),
        (HEAD + ORDER.replace("-14:30:00|38", "|38"), 6, 60, "values"),
        (HEAD.replace("35=D", "35=zz") + ORDER, 11, None, ""),
        (HEAD + ORDER + "11=1|", None, 11, ""),
        (HEAD + ORDER + "50=x|", None, 50, "fields_order"),
        (HEAD + ORDER + "78=2|79=a|80=1|", None, 78, ""),
        (HEAD + ORDER + "78=1|80=1|79=a|", None, 80, ""),
        (HEAD + ORDER + "78=2|79=a|80=1|79=b|80=1|", None, None, ""),
    ],
)
def test_the_rules(
    fix: Dictionary, body: str, reason: int | None, tag: int | None, switch: str
) -> None:
    found = refusal(fix, body)
    assert (found[:2] if found else (None, None)) == (reason, tag)
    if switch:
        assert refusal(fix, body, **{switch: False}) is None


def test_a_message_of_the_other_kernel_set_is_checked(fix: Dictionary) -> None:
    for name in ("python", "auto"):
        message = Dictionary.fix42(name).decode(sealed(HEAD))
        with pytest.raises(RejectedMessage, match="tag 11, reason 1"):
            fix.validate(message)


def test_fix42_is_whole(fix: Dictionary) -> None:
    assert fix.begin_string == "FIX.4.2" and len(fix.messages) == 46
    assert fix.name(1) == "Account" and fix.name(446) is not None and fix.name(447) is None
    assert fix.label("OrdStatus", "8") == "Rejected" and fix.label(54, "?") is None
    assert fix.tag("ClOrdID") == fix.tag(11) == 11


def test_custom_fields_and_messages(fix: Dictionary) -> None:
    own = fix.extend(
        "field 5001 Desk STRING\nfield 5002 NoDesks NUMINGROUP\nfield 40 OrdType CHAR x=Own\n"
        "message D\n  NoDesks[ Desk! ]\nmessage U1 Ping\n  Desk!\n"
    )
    message = own.decode(own.encode("Ping", {"Desk": "Zurich"}))
    assert (message["Desk"], message.name) == ("Zurich", "Ping")
    assert refusal(own, HEAD + ORDER.replace("40=2", "40=x") + "5002=1|5001=a|") is None
    assert refusal(own, HEAD + ORDER + "5002=2|5001=a|") == (
        None, 5002, "Incorrect NumInGroup count for repeating group",
    )  # fmt: skip
    assert refusal(fix, HEAD + ORDER.replace("40=2", "40=x")) is not None
    assert pickle.loads(pickle.dumps(message)) == message
    assert pickle.loads(pickle.dumps(own)).name(5001) == "Desk"


VERSION = "version FIX.4.2\nfield 8 BeginString STRING\n"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("field 8 A STRING\n", 1),
        (VERSION + "field 0 A STRING\n", 3),
        (VERSION + "field x A STRING\n", 3),
        (VERSION + "field 9 A\n", 3),
        (VERSION + "field 9 A NOTYPE\n", 3),
        (VERSION + "field 8 Other STRING\n", 3),
        (VERSION + "field 9 BeginString STRING\n", 3),
        (VERSION + "field 96 A DATA x\n", 3),
        (VERSION + "field 96 A DATA 95\n", 3),
        (VERSION + "  BeginString\n", 3),
        (VERSION + "message D\n  BeginString\n", 3),
        (VERSION + "message D A\nmessage D B\n", 4),
        (VERSION + "message D A\n  Nothing\n", 4),
        (VERSION + "message D A\n  BeginString BeginString\n", 4),
        (VERSION + "message D A\n  BeginString[\n", 4),
        (VERSION + "message D A\n  BeginString[ ]\n", 4),
        (VERSION + "message D A\n  ]\n", 4),
        (VERSION + "message D A\n  Begin-String\n", 4),
        (VERSION + "nonsense\n", 3),
    ],
)
def test_a_text_that_cannot_be_read_names_its_line(
    kernel_set: str, tmp_path: Path, text: str, line: int
) -> None:
    with pytest.raises(DictionaryError, match=rf"^line {line}: \w*"):
        Dictionary.load(text, kernel_set)
    path = tmp_path / "own.txt"
    path.write_text(text)
    with pytest.raises(DictionaryError, match=rf"own.txt: line {line}: "):
        Dictionary.load(path, kernel_set)


def test_what_is_loaded_is_a_text_or_a_path(tmp_path: Path) -> None:
    path = tmp_path / "own.txt"
    path.write_text(Dictionary.fix42().text)
    assert Dictionary.load(str(path)).text == Dictionary.load(path).text == Dictionary.fix42().text
    with pytest.raises(TypeError, match="expected a path or a text"):
        Dictionary.load(42)  # type: ignore[arg-type]
    with pytest.raises(FileNotFoundError):
        Dictionary.load(tmp_path / "absent.txt")


XML = """<?xml version="1.0"?>
<fix type="FIX" major="4" minor="4">
 <header>
  <field name="BeginString" required="Y"/><field name="BodyLength" required="Y"/>
  <field name="MsgType" required="Y"/>
 </header>
 <trailer><field name="CheckSum" required="Y"/></trailer>
 <messages>
  <message name="Heartbeat" msgtype="0" msgcat="admin"/>
  <message name="News" msgtype="B" msgcat="app">
   <component name="Parties" required="N"/>
   <field name="RawDataLength" required="N"/><field name="RawData" required="N"/>
  </message>
 </messages>
 <components>
  <component name="Parties">
   <group name="NoPartyIDs" required="N">
    <field name="PartyID" required="Y"/><field name="PartyRole" required="N"/>
   </group>
  </component>
 </components>
 <fields>
  <field number="8" name="BeginString" type="STRING"/>
  <field number="9" name="BodyLength" type="LENGTH"/>
  <field number="10" name="CheckSum" type="STRING"/>
  <field number="35" name="MsgType" type="STRING"/>
  <field number="95" name="RawDataLength" type="LENGTH"/>
  <field number="96" name="RawData" type="DATA"/>
  <field number="453" name="NoPartyIDs" type="NUMINGROUP"/>
  <field number="448" name="PartyID" type="STRING"/>
  <field number="452" name="PartyRole" type="INT">
   <value enum="1" description="EXECUTING FIRM"/>
  </field>
 </fields>
</fix>
"""


def test_a_dictionary_of_quickfix(kernel_set: str, tmp_path: Path) -> None:
    path = tmp_path / "FIX44.xml"
    path.write_text(XML)
    fix = Dictionary.from_quickfix_xml(path, kernel_set)
    assert fix.begin_string == "FIX.4.4" and fix.messages == {"0": "Heartbeat", "B": "News"}
    assert fix.label("PartyRole", "1") == "EXECUTING_FIRM"
    data = fix.encode("News", {"NoPartyIDs": [{"PartyID": "a"}, {"PartyID": "b", 452: 1}],
                               95: 3, 96: b"a\x01b"})  # fmt: skip
    message = fix.decode(data, validate=True)
    assert [party["PartyID"] for party in message.groups("NoPartyIDs")] == ["a", "b"]
    assert message.raw("RawData") == b"a\x01b"
    with pytest.raises(RejectedMessage, match="tag 452, reason 5"):
        fix.decode(data.replace(b"452=1", b"452=2").replace(b"10=%b" % data[-4:-1], b"10=%03d" % (
            (int(data[-4:-1]) + 1) % 256)), validate=True)  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("<fix type", "<!DOCTYPE x [<!ENTITY a 'b'>]><fix type", "line 2: a DOCTYPE is refused"),
        ("</fix>", "", "line 36: no element found"),
        ("<header>", "<head>", "line 6: mismatched tag"),
        (' msgtype="0"', "", "line 9: <message> needs msgtype"),
        ('"Parties" required="N"', '"Partys" required="N"', "line 11: there is no component"),
        ('<component name="Parties">', '<component name="Parties"><component name="Parties"/>',
         "circle"),
        ('minor="4"', "", "line 2: <fix> needs major and minor"),
        ('"PartyID" required="Y"', '"PartyID" required="yes"', "line 18: required='YES'"),
        ('name="MsgType" type', 'name="Msg Type" type', "needs name, one word"),
        ("<fix type", "<fox type", "line 35: mismatched tag"),
    ],
)  # fmt: skip
def test_a_broken_dictionary_of_quickfix(tmp_path: Path, old: str, new: str, told: str) -> None:
    path = tmp_path / "FIX44.xml"
    assert old in XML
    path.write_text(XML.replace(old, new))
    with pytest.raises(DictionaryError, match=r"FIX44.xml, line \d+: ") as error:
        Dictionary.from_quickfix_xml(path)
    assert told in str(error.value)
