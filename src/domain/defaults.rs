//! The default catalogue, scorecards and policies that an installation starts with: the files of `seed/`, built into the program
//! (handbook 4). Everything in them is data that a QA manager changes in the running service.

use serde::Deserialize;

use super::catalogue::{ViolationType, ViolationTypeInput};
use super::fine_policy::FineTerms;
use super::pass_policy::PassPolicy;
use super::refusal::{Refusal, Refused};
use super::scorecard::ScorecardContent;

const CATALOGUE: &str = include_str!("../../seed/catalogue.json");
const FINE_POLICY: &str = include_str!("../../seed/fine_policy.json");
const PASS_POLICY: &str = include_str!("../../seed/pass_policy.json");
const SCORECARDS: [(&str, &str); 2] = [
    ("seed/scorecards/phone.json", include_str!("../../seed/scorecards/phone.json")),
    ("seed/scorecards/chat.json", include_str!("../../seed/scorecards/chat.json")),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CatalogueFile {
    #[serde(rename = "note")]
    _note: String,
    types: Vec<ViolationTypeInput>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PassPolicyFile {
    #[serde(rename = "note")]
    _note: String,
    policy: PassPolicy,
}

/// A scorecard as a file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScorecardFile {
    /// Stable code of the scorecard, such as `phone`.
    pub code: String,
    /// Name in Chinese.
    pub name_zh: String,
    /// Name in English.
    pub name_en: String,
    /// What the first version asks.
    pub content: ScorecardContent,
}

fn parse<T: serde::de::DeserializeOwned>(file: &str, text: &str) -> Refused<T> {
    serde_json::from_str(text).map_err(|error| Refusal::invalid(file, error.to_string()))
}

/// The violation types of `seed/catalogue.json`.
///
/// # Errors
/// `Invalid` where the file is wrong; a test holds that it is not.
pub fn catalogue() -> Refused<Vec<ViolationType>> {
    let file: CatalogueFile = parse("seed/catalogue.json", CATALOGUE)?;
    file.types.into_iter().map(ViolationType::checked).collect()
}

/// The first fine policy, `seed/fine_policy.json`; it speaks of CNY.
///
/// # Errors
/// `Invalid` where the file is wrong; a test holds that it is not.
pub fn fine_policy() -> Refused<FineTerms> {
    parse("seed/fine_policy.json", FINE_POLICY)
}

/// The scorecards of `seed/scorecards/`.
///
/// # Errors
/// `Invalid` where a file is wrong; a test holds that it is not.
pub fn scorecards() -> Refused<Vec<ScorecardFile>> {
    let read = |(name, text): (&str, &str)| {
        let file: ScorecardFile = parse(name, text)?;
        Ok(ScorecardFile { content: file.content.checked()?, ..file })
    };
    SCORECARDS.into_iter().map(read).collect()
}

/// The first pass policy, `seed/pass_policy.json`.
///
/// # Errors
/// `Invalid` where the file is wrong; a test holds that it is not.
pub fn pass_policy() -> Refused<PassPolicy> {
    parse::<PassPolicyFile>("seed/pass_policy.json", PASS_POLICY).map(|file| file.policy)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::domain::scorecard::ItemKind;
    use crate::domain::violation::{ErrorKind, ViolationClass};

    #[test]
    fn the_catalogue_is_the_handbook_s() {
        let types = catalogue().unwrap();
        let mut by_class: BTreeMap<ViolationClass, Vec<&str>> = BTreeMap::new();
        for it in &types {
            by_class.entry(it.class).or_default().push(&it.name_zh);
            let key = it.class <= ViolationClass::B;
            assert_eq!(it.kind, if key { ErrorKind::Key } else { ErrorKind::NonKey }, "{}", it.code);
            assert_eq!(
                it.red_line,
                it.class == ViolationClass::A || ["shirked_responsibility", "hung_up"].contains(&it.code.as_str()),
                "{}",
                it.code
            );
            assert_eq!(it.class_if_money_lost, (it.code == "repayment_proof_missing").then_some(ViolationClass::D), "{}", it.code);
            assert!(it.active);
        }
        let names: Vec<_> = by_class.into_values().collect();
        assert_eq!(names[0], ["透露敏感信息", "辱骂客户"]);
        assert_eq!(names[1], ["身份核实", "推诿", "主动挂机"]);
        assert_eq!(names[2], ["离席不规范", "引导提前还款", "未提示评价"]);
        assert_eq!(
            names[3],
            [
                "静音不合理",
                "服务态度",
                "沟通技巧",
                "话术信息有误",
                "流程不规范",
                "时效错误",
                "错误无纠正",
                "获取信息不正确",
                "系统操作有误"
            ]
        );
        assert_eq!(names[4], ["未写行动代码", "未上传还款凭证", "引导好评"]);
        let codes: std::collections::BTreeSet<_> = types.iter().map(|it| &it.code).collect();
        assert_eq!(codes.len(), types.len(), "codes are unique");
    }

    #[test]
    fn the_scorecards_can_be_published_as_they_are() {
        let types = catalogue().unwrap();
        let scorecards = scorecards().unwrap();
        assert_eq!(scorecards.iter().map(|it| it.code.as_str()).collect::<Vec<_>>(), ["phone", "chat"]);
        for scorecard in &scorecards {
            scorecard.content.check_complete().unwrap();
            scorecard.content.check_links(|code| types.iter().any(|it| it.code == code)).unwrap();
            for item in scorecard.content.items() {
                assert!(!item.guidance_zh.is_empty() && !item.guidance_en.is_empty(), "{} has no guidance", item.code);
                // A linked type weighs as much as its item: a failed key item is not a mere non-key violation.
                let linked = item.violation_type.as_deref().and_then(|code| types.iter().find(|it| it.code == code));
                assert!(linked.is_none_or(|it| it.kind == item.kind.error()), "{}", item.code);
                assert!(item.kind == ItemKind::NonKey || item.comment_on_fail, "{}: a key error says why", item.code);
            }
        }
    }

    #[test]
    fn the_first_fine_policy_prices_every_class() {
        assert_eq!(fine_policy().unwrap().class_amounts_minor.len(), ViolationClass::ALL.len());
    }

    #[test]
    fn the_first_pass_policy_is_the_handbook_s() {
        let policy = pass_policy().unwrap();
        assert_eq!(
            (policy.max_key_ratio.to_string(), policy.max_non_key_ratio.to_string(), policy.more_than_worked_days),
            ("0.1".into(), "0.6".into(), 5)
        );
    }
}
