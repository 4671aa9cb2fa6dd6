//! The dictionary of FIX 4.2, and what validation refuses.
#![cfg(feature = "fix")]

mod fix_common;

use fix_common::{message, write};
use hft_py::fix::codec::Message;
use hft_py::fix::dictionary::{Checks, Dictionary, FIX42, Refusal};
use std::collections::BTreeMap;

const HEADER: &str = "49=A|56=B|34=7|52=20260730-14:30:00";

fn refusal(dictionary: &Dictionary, bytes: &[u8], checks: &Checks) -> Option<Refusal> {
    let message = Message::parse(bytes, dictionary.data_tags()).expect("not garbled");
    dictionary.validate(message.as_view(), checks).err()
}

/// What validation says to a message of a type with these fields: reason and tag.
fn refused(msg_type: &str, body: &str) -> Option<(Option<u8>, Option<u32>)> {
    let bytes = message(&format!("35={msg_type}|{HEADER}|{body}"));
    let refusal = refusal(&Dictionary::fix42(), &bytes, &Checks::default());
    refusal.map(|refusal| (refusal.reason, refusal.tag))
}

const ORDER: &str = "11=1|21=1|55=A|54=1|60=20260730-14:30:00.123|40=2|44=175.25|38=100";

#[test]
fn fix42_is_complete() {
    let dictionary = Dictionary::fix42();
    assert_eq!(
        (dictionary.messages().len(), dictionary.fields().len()),
        (46, 405)
    );
    let types: String = dictionary
        .messages()
        .iter()
        .map(|entry| &entry.msg_type[..])
        .collect();
    assert_eq!(types, "0123456789ABCDEFGHJKLMNPQRSTVWXYZabcdefghijklm");
    let admin = dictionary.messages().iter().filter(|entry| entry.admin);
    assert_eq!(
        admin.map(|entry| &entry.msg_type[..]).collect::<String>(),
        "012345A"
    );
    assert_eq!(dictionary.begin_string(), "FIX.4.2");
    assert_eq!(
        dictionary.field_named("ClOrdID").map(|field| field.tag),
        Some(11)
    );
    assert_eq!(
        dictionary.field(54).map(|field| &field.name[..]),
        Some("Side")
    );
    assert_eq!(dictionary.data_tags().data_of(95), Some(96));
    assert_eq!(dictionary.data_tags().data_of(96), None);
    let quotes = dictionary.group(b"i", 295).expect("a group in a group");
    assert_eq!((quotes.count, quotes.first), (295, 299));
    let sets = dictionary.group(b"i", 296).expect("a group");
    assert!(sets.members.contains(&299) && dictionary.group(b"D", 296).is_none());
}

#[test]
fn what_a_message_allows_is_accepted() {
    assert_eq!(refused("D", ORDER), None);
    assert_eq!(
        refused("D", &format!("{ORDER}|18=G 6|78=2|79=X|80=1|79=Y")),
        None
    );
    assert_eq!(refused("0", ""), None);
    assert_eq!(
        refused("A", "98=0|108=30|95=5|96=\u{1}=10=|141=Y|384=1|372=D|385=S"),
        None
    );
    let quotes =
        "117=Q|296=2|302=1|311=U|304=2|295=2|299=a|132=1|299=b|302=2|311=V|304=1|295=1|299=c";
    assert_eq!(refused("i", quotes), None);
    assert_eq!(refused("D", &format!("{ORDER}|78=0")), None);
    assert_eq!(
        refused(
            "8",
            "37=1|17=1|20=2|19=0|150=2|39=2|55=A|54=1|151=0|14=1|6=-.5"
        ),
        None
    );
    assert_eq!(
        refused("D", &ORDER.replace("38=100", "38=123456789.123456789")),
        None
    );
}

#[test]
fn what_a_message_does_not_allow_is_refused() {
    let with = |field: &str| refused("D", &format!("{ORDER}|{field}"));
    let without = |field: &str| refused("D", &ORDER.replace(field, "").replace("||", "|"));
    let instead = |from: &str, to: &str| refused("D", &ORDER.replace(from, to));
    let reason = |number: u8, tag: u32| Some((Some(number), Some(tag)));
    let unnumbered = |tag: u32| Some((None, Some(tag)));
    assert_eq!(with("999=x"), reason(0, 999));
    assert_eq!(with("0=x"), reason(0, 0));
    assert_eq!(with("5000=x"), reason(0, 5_000));
    assert_eq!(with("70000=x"), reason(0, 70_000));
    assert_eq!(without("11=1"), reason(1, 11));
    assert_eq!(without("|40=2"), reason(1, 40));
    assert_eq!(with("112=x"), reason(2, 112));
    assert_eq!(with("58="), reason(4, 58));
    assert_eq!(instead("54=1", "54="), reason(4, 54));
    assert_eq!(instead("54=1", "54=Q"), reason(5, 54));
    assert_eq!(with("18=G q"), reason(5, 18));
    assert_eq!(with("18=G  6"), reason(5, 18));
    assert_eq!(instead("54=1", "54=11"), reason(6, 54));
    assert_eq!(instead("38=100", "38=1e2"), reason(6, 38));
    assert_eq!(instead("38=100", "38=+100"), reason(6, 38));
    assert_eq!(instead("38=100", "38=1.2.3"), reason(6, 38));
    assert_eq!(instead("38=100", "38=."), reason(6, 38));
    assert_eq!(
        instead("60=20260730-14:30:00.123", "60=20260230-14:30:00"),
        reason(6, 60)
    );
    assert_eq!(with("121=X"), reason(6, 121));
    assert_eq!(with("64=20261301"), reason(6, 64));
    assert_eq!(with("200=202613"), reason(6, 200));
    assert_eq!(with("205=32"), reason(6, 205));
    assert_eq!(with("354=-1"), reason(6, 354));
    assert_eq!(refused("U", ""), Some((Some(11), None)));
    assert_eq!(refused("AE", ""), Some((Some(11), None)));
    assert_eq!(with("55=B"), unnumbered(55));
    assert_eq!(with("115=C"), unnumbered(115)); // a header field in the body
    assert_eq!(with("93=1|89=x|58=t"), unnumbered(58)); // a body field in the trailer
    assert_eq!(with("78=2|79=X"), unnumbered(78));
    assert_eq!(with("78=1|79=X|79=Y"), unnumbered(78));
    assert_eq!(with("78=-1"), unnumbered(78));
    assert_eq!(with("78=1|80=1"), unnumbered(80)); // entries start with 79
    assert_eq!(with("78=1|79=X|80=1|80=2"), unnumbered(80));
    assert_eq!(with("78=1|79=X|80=x"), reason(6, 80));
    assert_eq!(with("78=x"), reason(6, 78));
    assert_eq!(
        refused("i", "117=Q|296=1|302=1|311=U|304=1|295=2|299=a"),
        unnumbered(295)
    );
    assert_eq!(
        refused("i", "117=Q|296=1|302=1|304=1|295=1|299=a"),
        reason(1, 311)
    );
}

#[test]
fn each_check_can_be_left_out() {
    let dictionary = Dictionary::fix42();
    let all = Checks::default();
    let bytes = |body: &str| message(&format!("35=D|{HEADER}|{body}"));
    let left_out = |body: &str, checks: Checks| {
        let strict = refusal(&dictionary, &bytes(body), &all);
        strict.is_some() && refusal(&dictionary, &bytes(body), &checks).is_none()
    };
    let order = Checks {
        fields_order: false,
        ..all
    };
    let values = Checks {
        values: false,
        ..all
    };
    let user_defined = Checks {
        user_defined: false,
        ..all
    };
    let required = Checks {
        required: false,
        ..all
    };
    assert!(left_out(&format!("{ORDER}|115=C|58=t"), order));
    assert!(left_out(&format!("{ORDER}|58="), values));
    assert!(left_out(&ORDER.replace("54=1", "54=Q"), values));
    assert!(left_out(&format!("{ORDER}|5000=x|70000=y"), user_defined));
    assert!(left_out(
        &format!("{ORDER}|78=2|79=X|9999=z|80=1|79=Y"),
        user_defined
    ));
    assert!(left_out("11=1", required));
    // What is left out concerns itself alone.
    assert!(!left_out(&format!("{ORDER}|999=x"), user_defined));
    assert!(!left_out(&format!("{ORDER}|58="), required));
}

/// The members of a block as the text names them: required or not, and those of its groups.
#[derive(Clone, Debug, Default)]
struct Members(Vec<(String, bool, Members)>);

/// Another reading of the dictionary's text: the blocks by MsgType.
fn blocks(text: &str) -> BTreeMap<String, Members> {
    let mut blocks = BTreeMap::new();
    let mut current = String::new();
    let mut stack: Vec<Members> = Vec::new();
    for line in text
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
    {
        let words: Vec<&str> = line.split_whitespace().collect();
        if !line.starts_with(' ') {
            current = words.get(1).unwrap_or(&words[0]).to_string();
            stack = vec![Members::default()];
            continue;
        }
        for word in words {
            if word == "]" {
                let members = stack.pop().unwrap();
                stack.last_mut().unwrap().0.last_mut().unwrap().2 = members;
                continue;
            }
            let name = word.trim_end_matches(['[', '!']).to_string();
            let required = word.contains('!');
            stack
                .last_mut()
                .unwrap()
                .0
                .push((name, required, Members::default()));
            if word.ends_with('[') {
                stack.push(Members::default());
            }
        }
        if stack.len() == 1 {
            blocks.insert(current.clone(), stack[0].clone());
        }
    }
    blocks
}

/// A value that a field may have.
fn value(dictionary: &Dictionary, name: &str) -> (u32, String) {
    let field = dictionary.field_named(name).unwrap();
    let of_type = match &field.type_name[..] {
        "UTCTIMESTAMP" => "20260730-14:30:00",
        "UTCTIMEONLY" => "14:30:00",
        "LOCALMKTDATE" | "UTCDATE" => "20260730",
        "MONTHYEAR" => "202607",
        "BOOLEAN" => "Y",
        _ => "1",
    };
    let first = field.values.first().map_or(of_type, |value| &value.0);
    (field.tag, first.to_string())
}

/// The fields of a block, `all` of them or the required ones; each group has two entries.
fn filled(dictionary: &Dictionary, members: &Members, all: bool) -> Vec<(u32, String)> {
    let mut fields = Vec::new();
    for (name, required, group) in &members.0 {
        let (tag, value) = value(dictionary, name);
        if !(all || *required) {
            continue;
        }
        if group.0.is_empty() {
            fields.push((tag, value));
            continue;
        }
        let mut entry = filled(dictionary, group, all);
        if !all && !group.0[0].1 {
            entry.insert(0, self::value(dictionary, &group.0[0].0));
        }
        fields.push((tag, "2".into()));
        fields.extend([entry.clone(), entry].concat());
    }
    fields
}

#[test]
fn every_message_with_all_its_fields_is_accepted_and_without_a_required_one_refused() {
    let dictionary = Dictionary::fix42();
    let blocks = blocks(FIX42);
    let as_bytes = |fields: &[(u32, String)]| {
        write(
            &fields
                .iter()
                .map(|(tag, value)| (*tag, value.as_bytes()))
                .collect::<Vec<_>>(),
        )
    };
    let checks = Checks::default();
    let mut left_out = 0;
    for entry in dictionary.messages() {
        let members = blocks.get(&entry.msg_type).cloned().unwrap_or_default();
        for all in [true, false] {
            let mut fields = filled(&dictionary, &blocks["header"], all);
            fields.retain(|field| !matches!(field.0, 8 | 9));
            fields[0].1.clone_from(&entry.msg_type);
            let body = fields.len();
            fields.extend(filled(&dictionary, &members, all));
            let trailer = filled(&dictionary, &blocks["trailer"], all);
            fields.extend(trailer.into_iter().filter(|field| field.0 != 10));
            assert_eq!(
                refusal(&dictionary, &as_bytes(&fields), &checks),
                None,
                "{entry:?}"
            );
            let mut twice = fields.clone();
            twice.insert(body, fields[body - 1].clone());
            let repeated = refusal(&dictionary, &as_bytes(&twice), &checks).unwrap();
            assert_eq!(
                (repeated.reason, repeated.tag),
                (None, Some(fields[body - 1].0))
            );
            for (name, required, _) in members.0.iter().filter(|member| member.2.0.is_empty()) {
                let tag = dictionary.field_named(name).unwrap().tag;
                let without: Vec<_> = fields
                    .iter()
                    .filter(|field| field.0 != tag)
                    .cloned()
                    .collect();
                let is_in_group = fields.iter().filter(|field| field.0 == tag).count() > 1;
                if without.len() == fields.len() || is_in_group {
                    continue;
                }
                let refused = refusal(&dictionary, &as_bytes(&without), &checks);
                let expected = required.then(|| Refusal::new(1, Some(tag)));
                assert_eq!(refused, expected, "{entry:?} without {name}");
                left_out += 1;
            }
        }
    }
    assert!(left_out > 900, "{left_out}");
}

#[test]
fn custom_fields_extend_a_dictionary() {
    let text = "field 5001 Desk STRING\nfield 70001 Legs INT\nfield 70002 LegSymbol STRING\n\
                field 70003 Blob DATA 70004\nfield 70004 BlobLength LENGTH\n\
                message D\n  Desk! Legs[ LegSymbol! ] BlobLength Blob\n\
                message UX Custom\n  Desk\nfield 54 Side CHAR q=Quick";
    let dictionary = Dictionary::fix42().extend(text).unwrap();
    let refused = |msg_type: &str, body: &str| {
        let bytes = message(&format!("35={msg_type}|{HEADER}|{body}"));
        refusal(&dictionary, &bytes, &Checks::default())
            .map(|refusal| (refusal.reason, refusal.tag))
    };
    assert_eq!(
        refused("D", &format!("{ORDER}|5001=x|70001=2|70002=a|70002=b")),
        None
    );
    assert_eq!(
        refused("D", &format!("{ORDER}|5001=x|70004=2|70003=\u{1}=")),
        None
    );
    assert_eq!(
        refused("D", &format!("{}|5001=x", ORDER.replace("54=1", "54=q"))),
        None
    );
    assert_eq!(refused("D", ORDER), Some((Some(1), Some(5_001))));
    assert_eq!(
        refused("D", &format!("{ORDER}|5001=x|70001=1")),
        Some((None, Some(70_001)))
    );
    assert_eq!(refused("8", "70002=x"), Some((Some(2), Some(70_002))));
    assert_eq!(refused("UX", "5001=x"), None);
    assert_eq!(Dictionary::fix42().messages().len(), 46);
    assert_eq!(dictionary.extend("fields 1").unwrap_err().line, 1);
}

#[test]
fn errors_of_a_text_name_line_and_remedy() {
    let version = "version FIX.4.2\nfield 8 BeginString STRING\nfield 5 G INT\nfield 6 P PRICE\n";
    for (text, line, problem) in [
        ("", 1, "write a line such as \"version FIX.4.2\""),
        ("version FIX.4.2\n\n# text\n  Account", 4, "start one with"),
        (
            "version FIX.4.2\nfeild 1 Account STRING",
            2,
            "\"feild 1 Account STRING\" is no",
        ),
        ("field 1 Account", 1, "a tag, a name and a type"),
        (
            "field x Account STRING",
            1,
            "tag \"x\": write a number from 1 to 999999999",
        ),
        ("field 0 Account STRING", 1, "tag \"0\""),
        ("field 1000000000 Account STRING", 1, "tag \"1000000000\""),
        ("field 1 Account TEXT", 1, "type \"TEXT\" of field Account"),
        ("field 1 A STRING\nfield 1 B STRING", 2, "take another tag"),
        (
            "field 1 A STRING\nfield 2 A STRING",
            2,
            "A is field 1 on line 1",
        ),
        (
            "field 1 A DATA x",
            1,
            "the tag of the field that announces the length",
        ),
        (
            "version F\nfield 1 A DATA 2",
            2,
            "field 2 announces the length of A",
        ),
        ("message D", 1, "message D needs a name"),
        (
            "message D Order\nmessage D Other",
            2,
            "message D is Order on line 1",
        ),
        ("message D Order\n  A]", 2, "\"A]\": write Name"),
        ("message D Order\n  ]", 2, "closes no group"),
        ("message D Order\n  A[ B\n", 2, "a group is not closed"),
        ("message D Order\n  A[ ]", 2, "group A is empty"),
        (
            "message D Order\n a[ b[ c[ d[ e[ f[ g[ h[ i[ j",
            2,
            "at most 8 deep",
        ),
    ] {
        let error = Dictionary::parse(text).unwrap_err();
        assert_eq!(error.line, line, "{text}: {error}");
        assert!(error.to_string().contains(problem), "{text}: {error}");
    }
    for (text, line, problem) in [
        (
            "message D Order\n  P\n  Q",
            7,
            "there is no field Q: define it",
        ),
        ("message D Order\n  P P", 6, "P is named twice"),
        ("message D Order\n  G[ P P ]", 6, "P is named twice"),
    ] {
        let error = Dictionary::parse(&format!("{version}{text}")).unwrap_err();
        assert_eq!(error.line, line, "{text}: {error}");
        assert!(error.to_string().contains(problem), "{text}: {error}");
    }
}
