//! How a message finds its sentence.

use super::*;

fn table(lines: &'static str) -> Table {
    Table::of(pairs(lines), pairs("state/open → 待处理"))
}

fn zh(message: &str) -> String {
    said(Language::Zh, message)
}

#[test]
fn values_stay_as_they_are_whatever_is_in_them() {
    let table = table("`{}` is not an amount in {} such as 50 → “{0}”不是 {1} 金额\nmust hold {\"a\": {}} → 应含 {\"a\": {0}}");
    let chinese = |message| table.chinese(message).unwrap();
    assert_eq!(chinese("`{0} {1}` is not an amount in CNY such as 50"), "“{0} {1}”不是 CNY 金额");
    assert_eq!(chinese("`a` b` is not an amount in {} such as 50"), "“a` b”不是 {} 金额");
    assert_eq!(chinese("`` is not an amount in  such as 50"), "“”不是  金额");
    assert_eq!(chinese("must hold {\"a\": 3}"), "应含 {\"a\": 3}");
    assert_eq!(table.chinese("`x` is not an amount in CNY"), None);
}

#[test]
fn english_sentences_quote_for_people() {
    let en = |message| said(Language::En, message);
    assert_eq!(en("`a lot` is not an amount in CNY such as 50"), "“a lot” is not an amount in CNY such as 50");
    assert_eq!(en("`a` and `b`"), "“a” and “b”");
    assert_eq!(en("one ` alone"), "one ` alone");
    assert_eq!(zh("none of your roles may do audit.read"), "您的角色无权：查询审计日志");
}

#[test]
fn values_may_change_places_and_occur_twice() {
    let table = table("{} of {} in {} → {2}：{1} 中的 {0}（{0}）");
    assert_eq!(table.chinese("3 of 10 in 2026-11").unwrap(), "2026-11：10 中的 3（3）");
}

#[test]
fn the_sentence_that_says_most_by_itself_wins() {
    let table = table(
        "there is no {} {} → 没有 {0} {1}\nthere is no agent {} → 没有客服 {0}\nthere is no agent {} within your reach → 范围内没有客服 {0}\n\
         there is no agent at all → 没有任何客服",
    );
    let chinese = |message| table.chinese(message).unwrap();
    assert_eq!(chinese("there is no thing 7"), "没有 thing 7");
    assert_eq!(chinese("there is no agent 7"), "没有客服 7");
    assert_eq!(chinese("there is no agent 7 within your reach"), "范围内没有客服 7");
    assert_eq!(chinese("there is no agent at all"), "没有任何客服");
    assert_eq!(table.chinese("there is none"), None);
}

#[test]
fn sentences_and_words_stand_in_sentences() {
    let table =
        table("{}: {}; say why → {0}：{1:sentence}；请说明\n{} are open → {0} 个未处理\nit is late → 已晚\nthis is {} → 它{0:state}");
    assert_eq!(table.chinese("2026-11: it is late, 3 are open, so").unwrap_or_default(), "");
    assert_eq!(table.chinese("2026-11: it is late, 3 are open; say why").unwrap(), "2026-11：已晚、3 个未处理；请说明");
    assert_eq!(table.chinese("2026-11: it is late, so they say; say why").unwrap(), "2026-11：已晚、so they say；请说明");
    assert_eq!(table.chinese("this is open").unwrap(), "它待处理");
    assert_eq!(table.chinese("this is new").unwrap(), "它new");
    assert_eq!(table.chinese("items[3].comment: it is late").unwrap(), "items[3].comment：已晚");
}

#[test]
fn the_sentences_of_the_rules_read_as_chinese() {
    assert_eq!(zh("there is no operating breach 7"), "没有编号为 7 的违规操作");
    assert_eq!(zh("there is no finding like this within your reach"), "您的权限范围内没有该质检结论");
    assert_eq!(zh("this appeal is withdrawn; nothing is to be decided"), "该申诉已撤回，无需裁定");
    assert_eq!(zh("item greeting is challenged twice"), "评分项“greeting”重复申诉");
    assert_eq!(
        zh("2026-11: the month is not over, 3 samples are not graded; give an override_reason to close it all the same"),
        "2026-11：当月尚未结束、3 条样本未质检；如仍要关账，请填写强制关账原因"
    );
    assert_eq!(zh("something that nobody has put into Chinese yet"), "something that nobody has put into Chinese yet");
    assert_eq!(said(Language::En, "must not be empty"), "must not be empty");
}

#[test]
fn a_refusal_says_each_fault_with_its_field() {
    let faults = [("name_zh", "must not be empty"), ("", "is missing")];
    let faults = faults.map(|(field, message)| Fault { field: field.into(), message: message.into() }).to_vec();
    let refusal = translated(Language::Zh, Refusal::invalid_all(faults));
    assert_eq!(refusal.message, "name_zh：不能为空；不能缺少");
    assert_eq!(refusal.faults[0].message, "不能为空");
    assert_eq!(refusal.faults[0].field, "name_zh");
}

#[test]
fn what_the_service_wrote_is_told_in_the_language_of_the_page() {
    let zh = |text: &str| written(Language::Zh, text);
    assert_eq!(zh("appeal 01a1950c-b380-7000-a66f-55fe7e4a339a: heard again: fine"), "申诉裁定：heard again: fine");
    assert_eq!(zh("mail.example:25: connect: no answer within 5 s"), "mail.example:25：连接失败：5 秒内无响应");
    assert_eq!(
        zh("it waited too long to be of use; the last attempt: the receiver answered 503"),
        "等待过久，已失去时效；最近一次尝试：接收方返回 503"
    );
    assert_eq!(zh("the customer was rude"), "the customer was rude");
    assert_eq!(written(Language::En, "the webhook was removed"), "the webhook was removed");
}
