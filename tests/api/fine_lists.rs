//! Fine lists: what finance takes home.

use std::io::{Cursor, Read};

use assay::domain::access::{Grant, GrantReach, Role};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::fine_policies::make_first;
use crate::support::graded::{Centre, correct};
use crate::support::{Client, TestApp, on_both};

/// Every line of a list, page by page, and the head of the first page.
pub fn whole_list(client: &Client, period: &str) -> (Value, Vec<Value>) {
    let first = client.get(&format!("fine-lists/{period}?limit=2")).expect(200).json();
    let mut lines = first["items"].as_array().unwrap().clone();
    let mut next = first["next"].clone();
    while let Some(cursor) = next.as_str() {
        let page = client.get(&format!("fine-lists/{period}?limit=2&cursor={cursor}")).expect(200).json();
        assert_eq!(page["head"], Value::Null, "only the first page has the head");
        lines.extend(page["items"].as_array().unwrap().iter().cloned());
        next = page["next"].clone();
    }
    (first["head"].clone(), lines)
}

/// The digest by docs/FINE_LIST.md, from nothing but the API's JSON: keys sorted, no blanks, one line each.
pub fn digest_of(head: &Value, lines: &[Value]) -> String {
    let canonical_head = json!({
        "amount_minor": head["totals"]["amount_minor"], "currency": head["currency"], "format": "assay-fine-list/1",
        "lines": head["totals"]["lines"], "period": head["period"],
    });
    let mut text = String::new();
    for value in std::iter::once(&canonical_head).chain(lines) {
        // serde_json keeps the keys of a `Value` sorted.
        text.push_str(&serde_json::to_string(value).unwrap());
        text.push('\n');
    }
    hex::encode(Sha256::digest(text))
}

/// The totals of a list hold by every grouping, and are the sum of its lines.
pub fn adds_up(head: &Value, lines: &[Value]) {
    let sum = |of: &[Value]| of.iter().map(|item| item["amount_minor"].as_i64().unwrap()).sum::<i64>();
    let totals = &head["totals"];
    assert_eq!(totals["amount_minor"], sum(lines));
    assert_eq!(totals["lines"], lines.len());
    for grouping in ["kinds", "vendors", "teams", "agents"] {
        let groups = totals[grouping].as_array().unwrap();
        assert_eq!(sum(groups), sum(lines), "{grouping}");
        assert_eq!(groups.iter().map(|group| group["lines"].as_u64().unwrap()).sum::<u64>(), lines.len() as u64, "{grouping}");
    }
}

/// The sum of the column that is headed `Amount`, over the rows marked `line`, and the amount and digest of the row marked `total`.
fn read_csv(bytes: &[u8]) -> (i64, i64, String) {
    let text = std::str::from_utf8(bytes).unwrap().strip_prefix('\u{feff}').expect("a byte order mark");
    assert!(text.ends_with("\r\n"));
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let heading = reader.headers().unwrap().clone();
    let amount = heading.iter().position(|name| name == "Amount").unwrap();
    let fen = |cell: &str| cell.replace('.', "").parse::<i64>().unwrap();
    let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
    let (total, lines) = rows.split_last().unwrap();
    assert!(lines.iter().all(|row| &row[0] == "line") && total[0].starts_with("total"));
    (lines.iter().map(|row| fen(&row[amount])).sum(), fen(&total[amount]), total[heading.len() - 1].to_owned())
}

/// A part of a workbook.
fn part(workbook: &[u8], name: &str) -> String {
    let mut text = String::new();
    zip::ZipArchive::new(Cursor::new(workbook)).unwrap().by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

/// The numbers of a column of a sheet, below its heading.
fn numbers(sheet: &str, column: &str) -> Vec<f64> {
    let cells = sheet.split("<c r=\"").skip(1).filter(|cell| {
        let place = cell.split('"').next().unwrap();
        place.starts_with(column) && place[column.len()..].chars().all(|c| c.is_ascii_digit()) && !cell.contains("t=\"inlineStr\"")
    });
    cells.map(|cell| cell.split("<v>").nth(1).unwrap().split("</v>").next().unwrap().parse().unwrap()).collect()
}

fn october(app: &TestApp) -> Centre {
    make_first(app);
    let centre = Centre::new(app);
    let evaluation = centre.grade(app, centre.agents[0], "2026-10", &[("test_d", 1), ("test_e", 1)]);
    correct(app, evaluation, &[("test_e", 1)]);
    centre.grade(app, centre.agents[1], "2026-10", &[("test_a", 1)]);
    centre.grade(app, centre.agents[2], "2026-10", &[("test_d", 1)]);
    let reward =
        json!({ "agent_id": centre.agents[1], "kind": "reward", "reward": "bonus", "period": "2026-10", "reason": "=quarter's best" });
    app.person(Role::QaManager).post("ledger/entries", &reward).expect(201);
    centre
}

on_both! {
    fn the_list_of_an_open_month_is_as_of_now_and_adds_up(app: &TestApp) {
        let centre = october(app);
        let finance = app.person(Role::Finance);
        let (head, lines) = whole_list(&finance, "2026-10");
        adds_up(&head, &lines);
        assert_eq!(head["totals"]["amount_minor"], 5_000 + 50_000 + 10_000 - 10_000);
        assert_eq!((&head["status"], &head["digest"]), (&json!("open"), &Value::Null));
        let fine = lines.iter().find(|line| line["violation_type"] == "test_a").unwrap();
        assert_eq!(fine["team_code"], "out");
        assert_eq!(fine["vendor_name"], "乙方一");
        assert_eq!(fine["class"], "A");
        assert!(fine["policy_version"].as_i64() >= Some(1));
        assert_eq!(fine["violation_type_en"], "Violation test_a");
        let evaluation = fine["evaluation_id"].as_str().unwrap();
        assert!(fine["evidence"].as_str().unwrap().starts_with(&format!("/api/v1/evaluations/{evaluation}#")));
        let before = finance.get("fine-lists/2026-10?format=csv&lang=en").expect(200);
        assert_eq!(before.header("assay-list-digest"), None);
        centre.grade(app, centre.agents[0], "2026-10", &[("test_d", 1)]);
        let after = finance.get("fine-lists/2026-10?format=csv&lang=en").expect(200);
        assert_eq!(read_csv(&after.bytes).0 - read_csv(&before.bytes).0, 10_000);
    }

    fn a_closed_list_exports_the_same_bytes_for_ever_and_its_digest_can_be_recomputed(app: &TestApp) {
        let centre = october(app);
        let finance = app.person(Role::Finance);
        let evaluation = centre.grade(app, centre.agents[0], "2026-10", &[("test_a", 1)]);
        let closed = app.person(Role::QaManager).post("periods/2026-10/close", &json!({})).expect(200).json();
        let digest = closed["digest"].as_str().unwrap().to_owned();
        let (head, lines) = whole_list(&finance, "2026-10");
        adds_up(&head, &lines);
        assert_eq!(digest_of(&head, &lines), digest);
        let files = || ["csv&lang=en", "csv&lang=zh", "xlsx&lang=en", "xlsx&lang=zh", "ndjson"].map(|format| {
            let file = finance.get(&format!("fine-lists/2026-10?format={format}")).expect(200);
            assert_eq!(file.header("assay-list-digest"), Some(format!("sha-256={digest}").as_str()));
            file.bytes
        });
        let first = files();
        assert_eq!(hex::encode(Sha256::digest(&first[4])), digest);
        let total = head["totals"]["amount_minor"].as_i64().unwrap();
        assert_eq!(read_csv(&first[0]), (total, total, digest.clone()));
        let chinese = String::from_utf8(first[1].clone()).unwrap();
        assert!(chinese.contains("罚款") && chinese.contains("合计") && chinese.contains("'=quarter's best") && chinese.contains("'=1+1"));
        let (summary, sheet) = (part(&first[2], "xl/worksheets/sheet1.xml"), part(&first[2], "xl/worksheets/sheet2.xml"));
        let amounts = numbers(&sheet, "O");
        assert_eq!(amounts.len(), lines.len());
        assert_eq!((amounts.iter().sum::<f64>() * 100.0).round() as i64, total);
        assert!(summary.contains(&digest) && sheet.contains("state=\"frozen\"") && !sheet.contains("<f>"));

        correct(app, evaluation, &[]);
        app.clock.set("2027-03-01T00:00:00Z".parse().unwrap());
        app.write(|tx| {
            use diesel::prelude::*;
            use assay::db::schema::agents;
            diesel::update(agents::table).set(agents::name.eq("另名")).execute(tx.conn)?;
            Ok(())
        });
        assert_eq!(files(), first, "byte for byte, whatever happens later");
        let (again, same) = whole_list(&finance, "2026-10");
        assert_eq!((again, same), (head, lines.clone()));

        let (later, adjustments) = whole_list(&finance, "2026-11");
        adds_up(&later, &adjustments);
        let [line] = adjustments.as_slice() else { panic!("{adjustments:?}") };
        let original = lines.iter().find(|line| line["evaluation_id"] == evaluation.to_string()).unwrap();
        assert_eq!((&line["kind"], &line["amount_minor"]), (&json!("adjustment"), &json!(-50_000)));
        assert_eq!((&line["original_id"], &line["origin_period"]), (&original["id"], &json!("2026-10")));
    }

    fn the_form_is_chosen_by_accept_or_by_the_query(app: &TestApp) {
        october(app);
        let finance = app.person(Role::Finance);
        let by_accept = |accept: &str| finance.send("GET", "fine-lists/2026-10", &[("accept", accept)], &[]);
        let kind = |accept: &str| by_accept(accept).expect(200).header("content-type").unwrap().split(';').next().unwrap().to_owned();
        assert_eq!(kind("text/csv"), "text/csv");
        assert_eq!(kind("application/json, text/csv"), "application/json");
        assert_eq!(kind("text/html;q=0.9, */*"), "application/json");
        assert_eq!(kind("application/x-ndjson"), "application/x-ndjson");
        let xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
        assert_eq!(kind(xlsx), xlsx);
        by_accept("image/png").refused(415, "unsupported");
        assert!(finance.get("fine-lists/2026-10?format=pdf").refused(400, "invalid").contains("ndjson"));
        finance.get("fine-lists/2026-13").refused(400, "invalid");
        finance.get("fine-lists/2026-10?cursor=zz").refused(400, "invalid");
        let empty = finance.get("fine-lists/2026-07").expect(200).json();
        assert_eq!((&empty["items"], &empty["head"]["totals"]["lines"]), (&json!([]), &json!(0)));
    }

    /// A part says in its name, in itself and by the lack of a digest that it is one; the whole beside it stays the same to the byte.
    fn a_part_says_that_it_is_one(app: &TestApp) {
        let centre = october(app);
        let finance = app.person(Role::Finance);
        app.person(Role::QaManager).post("periods/2026-10/close", &json!({})).expect(200);
        let (whole, lines) = whole_list(&finance, "2026-10");
        let of_vendor: Vec<&Value> = lines.iter().filter(|line| line["vendor_id"] == centre.vendor.to_string()).collect();
        let sum: i64 = of_vendor.iter().filter_map(|line| line["amount_minor"].as_i64()).sum();
        assert!(!of_vendor.is_empty() && of_vendor.len() < lines.len());
        let query = format!("vendor_id={}", centre.vendor);
        let part_of = |format: &str| {
            let file = finance.get(&format!("fine-lists/2026-10?format={format}&lang=en&{query}")).expect(200);
            assert_eq!(file.header("assay-list-digest"), None);
            file
        };
        let csv = part_of("csv");
        assert_eq!(read_csv(&csv.bytes), (sum, sum, String::new()));
        let text = String::from_utf8(csv.bytes).unwrap();
        assert!(text.contains("total of a part") && text.contains("A part, not the whole list (vendor: "), "{text}");
        let summary = part(&part_of("xlsx").bytes, "xl/worksheets/sheet1.xml");
        assert!(summary.contains("A part, not the whole list") && !summary.contains(whole["digest"].as_str().unwrap()), "{summary}");
        let canonical = String::from_utf8(part_of("ndjson").bytes).unwrap();
        let head: Value = serde_json::from_str(canonical.lines().next().unwrap()).unwrap();
        assert_eq!((&head["format"], &head["part"]["of_lines"]), (&json!("assay-fine-list-part/1"), &json!(lines.len())), "{head}");
        assert_eq!(canonical.lines().count(), of_vendor.len() + 1);

        let first = finance.get(&format!("fine-lists/2026-10?limit=2&{query}")).expect(200);
        assert_eq!(first.header("assay-list-digest"), None);
        let first = first.json();
        assert_eq!((&first["head"]["totals"]["amount_minor"], &first["head"]["digest"], &first["digest"]), (&json!(sum), &Value::Null, &Value::Null));
        assert_eq!(first["head"]["part"]["selection"]["vendor"], centre.vendor.to_string());
        let mut read = first["items"].as_array().unwrap().clone();
        let mut next = first["next"].as_str().map(str::to_owned);
        while let Some(cursor) = next {
            let page = finance.get(&format!("fine-lists/2026-10?limit=2&{query}&cursor={cursor}")).expect(200).json();
            read.extend(page["items"].as_array().unwrap().iter().cloned());
            next = page["next"].as_str().map(str::to_owned);
        }
        assert_eq!(read.iter().collect::<Vec<_>>(), of_vendor);
        assert_eq!(whole.get("part"), None, "the whole list says nothing of parts");
        for (query, fits) in [("own_teams=true", lines.len() - of_vendor.len()), ("kind=manual&agent=no-such-agent", 0)] {
            let found = finance.get(&format!("fine-lists/2026-10?{query}")).expect(200).json();
            assert_eq!(found["head"]["totals"]["lines"], json!(fits), "{query}");
        }
        finance.get("fine-lists/2026-10?kind=nonsense").refused(400, "invalid");
    }

    fn a_list_shows_only_what_is_within_reach_and_exports_are_audited(app: &TestApp) {
        let centre = october(app);
        let of_vendor = app.user("finance", None, &[Grant { role: Role::Finance, reach: GrantReach::Vendor(centre.vendor) }]).1;
        let of_team = app.user("lead", None, &[Grant { role: Role::TeamLead, reach: GrantReach::Team(centre.inside) }]).1;
        for closed in [false, true] {
            if closed {
                app.person(Role::QaManager).post("periods/2026-10/close", &json!({})).expect(200);
            }
            let (head, lines) = whole_list(&of_vendor, "2026-10");
            adds_up(&head, &lines);
            assert_eq!((lines.len(), &head["digest"]), (5, &Value::Null));
            assert_eq!(read_csv(&of_vendor.get("fine-lists/2026-10?format=csv&lang=en").expect(200).bytes).0, 45_000);
            let (head, lines) = whole_list(&of_team, "2026-10");
            adds_up(&head, &lines);
            assert_eq!(lines.len(), 1);
            of_team.get("fine-lists/2026-10?format=csv").refused(403, "forbidden");
        }
        app.person(Role::Inspector).get("fine-lists/2026-10").refused(403, "forbidden");
        let exports: i64 = app.read(|conn| {
            use diesel::prelude::*;
            use assay::db::schema::audit;
            Ok(audit::table.filter(audit::action.eq("fine_list.exported")).count().get_result(conn)?)
        });
        assert_eq!(exports, 2);
    }
}
