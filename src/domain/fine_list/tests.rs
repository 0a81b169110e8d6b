//! The list's totals and its digest; and the line that the tests of the files use.

use super::*;
use proptest::prelude::*;

/// A line as the tests of the list and of the reports use it.
pub fn line(number: u128, agent: u8, team: Option<u8>, vendor: Option<u8>, amount_minor: i64) -> FineLine {
    FineLine {
        agent_id: AgentId(Uuid::from_u128(u128::from(agent))),
        agent_name: format!("王{agent}"),
        amount_minor,
        class: Some(ViolationClass::E),
        currency: Currency::CNY,
        employee_no: format!("E{agent:03}"),
        evaluation_id: None,
        evidence: Some("/api/v1/evaluations/1#2".into()),
        id: LedgerEntryId(Uuid::from_u128(number)),
        kind: if amount_minor < 0 { EntryKind::Adjustment } else { EntryKind::Fine },
        occurrences: Some(1),
        origin_period: "2026-10".parse().unwrap(),
        original_id: None,
        period: "2026-10".parse().unwrap(),
        policy_version: Some(1),
        posted_on: NaiveDate::from_ymd_opt(2026, 10, 31).unwrap(),
        reason: None,
        reward: None,
        team_code: team.map(|team| format!("t{team}")),
        team_id: team.map(|team| TeamId(Uuid::from_u128(u128::from(team)))),
        team_name: team.map(|team| format!("{team}组")),
        vendor_code: vendor.map(|vendor| format!("v{vendor}")),
        vendor_id: vendor.map(|vendor| VendorId(Uuid::from_u128(u128::from(vendor)))),
        vendor_name: vendor.map(|vendor| format!("Vendor {vendor}")),
        violation_type: Some("solicited_rating".into()),
        violation_type_en: Some("Solicited a good rating".into()),
        violation_type_zh: Some("引导好评".into()),
    }
}

fn digest(lines: &[FineLine]) -> Refused<String> {
    let mut totalling = Totalling::default();
    lines.iter().try_for_each(|line| totalling.add(line))?;
    let head = CanonicalHead::new("2026-10".parse().unwrap(), Currency::CNY, &totalling.finish());
    let mut digest = ListDigest::begin(&head)?;
    lines.iter().try_for_each(|line| digest.add(line))?;
    Ok(digest.finish())
}

#[test]
fn the_canonical_line_has_its_keys_in_order_and_nothing_between() {
    let text = serde_json::to_string(&line(1, 7, None, None, 5000)).unwrap();
    let keys: Vec<String> = serde_json::from_str::<BTreeMap<String, serde_json::Value>>(&text).unwrap().into_keys().collect();
    let places: Vec<_> = keys.iter().map(|key| text.find(&format!("\"{key}\":")).unwrap()).collect();
    assert!(places.is_sorted(), "{text}");
    assert!(!text.contains("\": ") && text.contains("\"agent_name\":\"王7\""), "{text}");
}

#[test]
fn the_digest_is_that_of_the_documented_bytes() {
    let empty = "{\"amount_minor\":0,\"currency\":\"CNY\",\"format\":\"assay-fine-list/1\",\"lines\":0,\"period\":\"2026-10\"}\n";
    assert_eq!(digest(&[]).unwrap(), hex::encode(Sha256::digest(empty)));
    let one = line(1, 7, Some(1), None, 5000);
    let mut text = empty.replace("\"amount_minor\":0", "\"amount_minor\":5000").replace("\"lines\":0", "\"lines\":1");
    text.push_str(&serde_json::to_string(&one).unwrap());
    text.push('\n');
    assert_eq!(digest(&[one]).unwrap(), hex::encode(Sha256::digest(text)));
}

#[test]
fn lines_out_of_order_or_twice_have_no_digest() {
    let (one, two) = (line(1, 7, None, None, 1), line(2, 7, None, None, 1));
    assert!(digest(&[one.clone(), two.clone()]).is_ok());
    assert!(digest(&[two, one.clone()]).is_err());
    assert!(digest(&[one.clone(), one]).is_err());
}

proptest! {
    #[test]
    fn totals_add_up_by_every_grouping(
        facts in proptest::collection::vec((0_u8..9, prop::option::of(0_u8..4), prop::option::of(0_u8..3), -100_000_i64..100_000), 0..60)
    ) {
        let mut totalling = Totalling::default();
        for (number, (agent, team, vendor, amount)) in (1_u128..).zip(&facts) {
            totalling.add(&line(number, *agent, *team, *vendor, *amount)).unwrap();
        }
        let totals = totalling.finish();
        prop_assert_eq!(totals.amount_minor, facts.iter().map(|fact| fact.3).sum::<i64>());
        prop_assert_eq!(totals.lines, u64::try_from(facts.len()).unwrap());
        for groups in [&totals.kinds, &totals.vendors, &totals.teams, &totals.agents] {
            prop_assert_eq!(groups.iter().map(|group| group.amount_minor).sum::<i64>(), totals.amount_minor);
            prop_assert_eq!(groups.iter().map(|group| group.lines).sum::<u64>(), totals.lines);
        }
    }

    #[test]
    fn any_change_of_a_line_changes_the_digest(amount in 1_i64..100_000, other in 1_i64..100_000) {
        let at = |amount| digest(&[line(1, 7, None, None, amount)]).unwrap();
        prop_assert_eq!(at(amount) == at(other), amount == other);
    }
}
