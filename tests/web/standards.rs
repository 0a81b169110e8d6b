//! The pages of what the centre measures by: scorecards, catalogue, fine and pass policy.

use assay::domain::access::Role;

use super::people::{field, link_after};
use crate::support::browser::Visitor;
use crate::support::on_both;

on_both! {
    /// A scorecard is written in the editor, published, drafted again, compared, retired.
    fn a_scorecard_is_written_published_and_compared(app: &TestApp) {
        let mut manager = Visitor::of(app, Role::QaManager);
        let page = manager.post("/standards/scorecards", &[("code", "video"), ("name_zh", ""), ("name_en", "Video")]).expect(400).text();
        assert!(page.contains("id=\"f-name_zh-fault\"") && page.contains("value=\"Video\""));
        let editor = manager.submit("/standards/scorecards", &[("code", "video"), ("name_zh", "视频"), ("name_en", "Video")]);
        let card = editor.strip_suffix("/versions/1").unwrap().to_owned();
        // Strokes change the page and store nothing; what was typed stays.
        let page = manager.post(&editor, &[("version", "1"), ("do", "add_section")]).expect(200).text();
        assert!(page.contains("Not saved yet.") && page.contains("name=\"sections[0].items[0].code\""), "{page}");
        let draft = [
            ("version", "1"),
            ("sections[0].code", "opening"),
            ("sections[0].title_zh", "开场"),
            ("sections[0].title_en", "Opening"),
            ("sections[0].items[0].code", "greet"),
            ("sections[0].items[0].title_zh", "问候"),
            ("sections[0].items[0].title_en", "Greets"),
            ("sections[0].items[0].kind", "key"),
            ("sections[0].items[0].na_allowed", "on"),
            ("sections[0].items[1].code", "greet"),
            ("sections[0].items[1].title_zh", ""),
            ("sections[0].items[1].title_en", "Thanks"),
            ("sections[0].items[1].kind", "non_key"),
            ("do", "save"),
        ];
        let page = manager.post(&editor, &draft).expect(400).text();
        assert!(page.contains("id=\"f-sections[0].items[1].title_zh-fault\"") && page.contains("codes are unique"), "{page}");
        assert!(page.contains("value=\"Thanks\""));
        let mut good = draft.to_vec();
        good[9].1 = "thank";
        good[10].1 = "致谢";
        manager.submit(&editor, &good);
        good[0].1 = "2";
        good[13].1 = "up_item.0.1";
        let page = manager.post(&editor, &good).expect(200).text();
        assert_eq!(field(&page, "sections[0].items[0].code\" type=\"text").as_str(), "thank", "the item moved up");
        good[13].1 = "publish";
        assert_eq!(manager.submit(&editor, &good), format!("{card}?done=published"));
        let page = manager.page(&editor);
        assert!(page.contains("Greets") && !page.contains("<textarea"), "a published version is not edited: {page}");
        manager.post(&editor, &good).expect(400);

        let second = manager.submit(&format!("{card}/versions"), &[]);
        let mut changed = good.clone();
        changed[0].1 = "1";
        changed[7].1 = "non_key";
        changed.extend([("sections[0].items[2].code", "close"), ("sections[0].items[2].title_zh", "结束"), ("sections[0].items[2].title_en", "Closes")]);
        changed[13].1 = "save";
        manager.submit(&second, &changed);
        let page = manager.page(&format!("{card}/compare?older=1&newer=2"));
        assert!(page.contains("<ins>Closes</ins>") && page.contains("Changed (1)"), "{page}");
        let page = manager.post(&format!("{card}/versions"), &[]).expect(409).text();
        assert!(page.contains("still a draft"));
        let list = manager.page(&card);
        let version = field(&list, "version");
        manager.submit(&format!("{card}/retire"), &[("number", "1"), ("version", &version)]);
        assert!(manager.page(&card).contains("retired"));
    }

    fn the_catalogue_is_kept(app: &TestApp) {
        let mut manager = Visitor::of(app, Role::QaManager);
        let new = [("code", "rude_tone"), ("name_zh", "语气生硬"), ("name_en", "Rude tone"), ("class", "A"), ("red_line", "false"), ("active", "on"), ("order", "70")];
        let page = manager.post("/standards/violation-types", &new).expect(400).text();
        assert!(page.contains("id=\"f-red_line-fault\"") && page.contains("value=\"Rude tone\""), "{page}");
        let mut fine = new;
        fine[3].1 = "C";
        manager.submit("/standards/violation-types", &fine);
        let list = manager.page("/standards/violation-types?class=C&sort=-name");
        let id = link_after(&list, "/standards/violation-types/", "\">Rude tone");
        let form = manager.page(&format!("/standards/violation-types/{id}"));
        assert!(form.contains("value=\"C\" selected"));
        let version = field(&form, "version");
        fine[2].1 = "Harsh tone";
        manager.submit(&format!("/standards/violation-types/{id}"), &[&fine[..], &[("version", &version)]].concat());
        manager.submit(&format!("/standards/violation-types/{id}/archive"), &[("version", "2")]);
        assert!(manager.page("/standards/violation-types?active=false").contains("Harsh tone"));
        assert!(!manager.page("/standards/violation-types?active=true").contains("Harsh tone"));
    }

    /// A new version of a policy begins in a month to come; amounts are typed as people write them.
    fn policies_get_new_versions(app: &TestApp) {
        let mut manager = Visitor::of(app, Role::QaManager);
        let form = manager.page("/standards/fine-policy/new");
        let amount = |class: &str| field(&form, &format!("class_amounts_minor.{class}\" type=\"text"));
        assert_eq!((amount("A"), amount("E")), ("500.00".to_owned(), "50.00".to_owned()), "it begins as a copy of the latest");
        let mut fields = vec![("first_period", "2027-01")];
        fields.extend(["A", "B", "C", "D"].map(|class| (match class { "A" => "class_amounts_minor.A", "B" => "class_amounts_minor.B", "C" => "class_amounts_minor.C", _ => "class_amounts_minor.D" }, "100")));
        let page = manager.post("/standards/fine-policy", &[&fields[..], &[("class_amounts_minor.E", "5,0")]].concat()).expect(400).text();
        assert!(page.contains("id=\"f-class_amounts_minor.E-fault\"") && page.contains("value=\"5,0\""), "{page}");
        let page = manager.post("/standards/fine-policy", &fields).expect(400).text();
        assert!(page.contains("every class needs an amount"));
        manager.submit("/standards/fine-policy", &[&fields[..], &[("class_amounts_minor.E", "12.5"), ("cap.amount_minor", "1000"), ("cap.excess", "waived"), ("note_zh", "中心决议"), ("note_en", "resolution of the centre")]].concat());
        let page = manager.page("/standards/fine-policy?version=2");
        assert!(page.contains("12.50") && page.contains("to come") && page.contains("the rest is waived"), "{page}");
        assert!(page.contains("resolution of the centre") && !page.contains("中心决议"), "a note in the language of the page: {page}");

        let past = [("first_period", "2026-01"), ("max_key_ratio", "0.2"), ("max_non_key_ratio", "0.5"), ("more_than_worked_days", "5")];
        let page = manager.post("/standards/pass-policy", &past).expect(400).text();
        assert!(page.contains("id=\"f-first_period-fault\"") && page.contains("the past cannot be changed"), "{page}");
        let mut coming = past;
        coming[0].1 = "2027-01";
        coming[1].1 = "a tenth";
        let page = manager.post("/standards/pass-policy", &coming).expect(400).text();
        assert!(page.contains("id=\"f-max_key_ratio-fault\"") && page.contains("value=\"a tenth\""));
        coming[1].1 = "0.05";
        manager.submit("/standards/pass-policy", &coming);
        assert!(manager.page("/standards/pass-policy").contains("<td class=\"number\">0.05</td>"));
    }

    fn standards_are_changed_by_those_who_keep_them(app: &TestApp) {
        let mut lead = Visitor::of(app, Role::TeamLead);
        lead.get("/standards/scorecards").expect(200);
        for path in ["/standards/scorecards/new", "/standards/violation-types/new", "/standards/fine-policy/new"] {
            lead.get(path).expect(403);
        }
        lead.post("/standards/scorecards", &[("code", "x"), ("name_zh", "x"), ("name_en", "x")]).expect(403);
        lead.post("/standards/violation-types", &[("code", "x"), ("class", "C"), ("name_zh", "x"), ("name_en", "x")]).expect(403);
        lead.post("/standards/pass-policy", &[("first_period", "2027-01"), ("max_key_ratio", "0.1"), ("max_non_key_ratio", "0.1"), ("more_than_worked_days", "1")]).expect(403);
    }
}
