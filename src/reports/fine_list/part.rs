//! Which part of a list a file holds, in words and in its name.

use super::{kind_label, pick};
use crate::domain::fine_list::{FineListHead, FineTotals, GroupTotal, ListPart};
use crate::domain::language::Language;
use crate::domain::money::Money;
use uuid::Uuid;

fn group(groups: &[GroupTotal], id: Uuid) -> Option<&GroupTotal> {
    groups.iter().find(|group| group.id == Some(id))
}

/// Name and code of a vendor or a team as far as the totals know it, else its id.
fn called(groups: &[GroupTotal], id: Uuid) -> String {
    let known = group(groups, id).map(|group| (group.name.as_deref().unwrap_or(""), group.code.as_deref().unwrap_or("")));
    known.map_or_else(|| id.to_string(), |(name, code)| format!("{name} {code}").trim().to_owned())
}

/// Which lines a part holds, in words; `totals` know the names of vendors and teams.
pub fn selected(part: &ListPart, totals: &FineTotals, lang: Language) -> String {
    let said = |zh: &str, en: &str, what: &str| format!("{}{what}", pick(lang, &format!("{zh}："), &format!("{en}: ")));
    let wanted = &part.selection;
    let all = [
        wanted.vendor.map(|id| said("供应商", "vendor", &called(&totals.vendors, id.into()))),
        wanted.own_teams.then(|| said("供应商", "vendor", pick(lang, "本中心", "the centre itself"))),
        wanted.team.map(|id| said("班组", "team", &called(&totals.teams, id.into()))),
        wanted.kind.map(|kind| said("类别", "kind", kind_label(kind, lang))),
        wanted.agent.as_ref().map(|text| said("客服", "agent", text)),
        wanted.line.map(|id| said("明细及其后续", "line and what followed", &id.to_string())),
        part.within_reach.then(|| pick(lang, "仅限导出人的权限范围", "only what its reader may see").to_owned()),
    ];
    all.into_iter().flatten().collect::<Vec<_>>().join(pick(lang, "；", "; "))
}

/// What a file that is a part says of itself.
pub fn part_of(part: &ListPart, head: &FineListHead, lang: Language) -> String {
    let (lines, whole) = (part.of_lines, Money::new(part.of_amount_minor, head.currency));
    let which = selected(part, &head.totals, lang);
    match lang {
        Language::Zh => format!("部分清单，非完整清单（{which}）；全部共 {lines} 条，合计 {whole}"),
        Language::En => format!("A part, not the whole list ({which}); the whole has {lines} lines, sum {whole}"),
    }
}

/// What the name of a file says of the part that it holds, in letters that every system takes; nothing for the whole list.
pub fn part_of_name(head: &FineListHead) -> String {
    let Some(part) = &head.part else { return String::new() };
    let code = |groups: &[GroupTotal], id: Uuid| group(groups, id).and_then(|group| group.code.clone()).unwrap_or_else(|| id.to_string());
    let wanted = &part.selection;
    let all = [
        Some("part".to_owned()),
        wanted.vendor.map(|id| code(&head.totals.vendors, id.into())),
        wanted.own_teams.then(|| "own".to_owned()),
        wanted.team.map(|id| code(&head.totals.teams, id.into())),
        wanted.kind.map(|kind| kind.to_string()),
        wanted.agent.as_ref().map(|_| "agent".to_owned()),
        wanted.line.map(|_| "line".to_owned()),
    ];
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' };
    all.into_iter().flatten().map(|word| format!("-{}", word.chars().map(plain).collect::<String>())).collect()
}
