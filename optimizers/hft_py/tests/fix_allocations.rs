//! A warm codec allocates nothing, whatever the messages are.
#![cfg(feature = "fix")]

mod fix_common;

use hft_py::fix::codec::{Decimal, Encoder, Framed, Index, frame};
use hft_py::fix::dictionary::{Checks, Dictionary};

#[global_allocator]
static ALLOCATOR: native::allocations::Counting = native::allocations::Counting;

#[test]
fn a_warm_codec_allocates_nothing() {
    let dictionary = Dictionary::fix42();
    let header = "49=A|56=B|34=7|52=20260730-14:30:00.123";
    let messages = [
        format!("35=0|{header}|112=T"),
        format!("35=8|{header}|37=1|17=1|20=0|150=0|39=0|55=A|54=1|151=1|14=0|6=0|382=1|375=X"),
        format!("35=A|{header}|98=0|108=30|95=3|96=a=b"),
        format!("35=D|{header}|11=1|21=9|55=A|54=1|60=20260730-14:30:00|40=2"),
    ];
    let messages = messages.map(|text| fix_common::message(&text));
    let (mut index, mut encoder) = (Index::new(), Encoder::new());
    let mut work = || {
        let mut refused = 0;
        for message in &messages {
            assert_eq!(frame(message, 4_096), Framed::Message(message.len()));
            assert!(index.scan(message, dictionary.data_tags()).is_ok());
            let view = index.view(message);
            refused += u32::from(dictionary.validate(view, &Checks::default()).is_err());
            let group = dictionary.group(b"8", 382).expect("a group of FIX 4.2");
            assert!(view.group(group).count() < 2);
            encoder.start(b"FIX.4.2", view.msg_type());
            encoder.int(34, view.int(34).unwrap_or(0));
            encoder.decimal(
                44,
                Decimal {
                    mantissa: 17_525,
                    scale: 2,
                },
            );
            encoder.time(52, view.time(52).unwrap_or(0), true);
            assert!(encoder.finish().len() > 40);
        }
        assert_eq!(refused, 1); // 21=9
    };
    work();
    assert_eq!(native::allocations::count(work), 0);
}
