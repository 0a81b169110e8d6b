//! Customers' data in any text: masked once it stays as it is, and a telephone number that stands by itself is masked whatever stands elsewhere.
#![no_main]

use assay::domain::masking::mask;
use libfuzzer_sys::fuzz_target;

const NUMBER: &str = "13800138000";

fuzz_target!(|text: &str| {
    let masked = mask(text);
    assert_eq!(mask(&masked), masked, "masking again changes something");
    if text.contains(NUMBER) {
        return; // It may stand within a longer one, which is none.
    }
    let after = mask(&format!("{text}，电话：{NUMBER}"));
    assert!(!after.contains(NUMBER), "{after:?} after {text:?}");
    let before = mask(&format!("电话：{NUMBER}，{text}"));
    assert!(!before.contains(NUMBER), "{before:?} before {text:?}");
});
