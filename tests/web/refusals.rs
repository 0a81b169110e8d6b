//! What a visitor who reads Chinese is told where something is refused: nothing of it in English.

use assay::domain::access::Role;

use crate::support::browser::Visitor;
use crate::support::on_both;

const UNKNOWN: &str = "01932b6e-7c1a-7f3a-9d52-0c1f5a0e4b11";

fn in_chinese(app: &crate::support::TestApp, role: Role) -> Visitor<'_> {
    let mut visitor = Visitor::of(app, role);
    visitor.submit("/account/looks", &[("language", "zh"), ("theme", "auto")]);
    visitor
}

on_both! {
    /// Beside the field and above the form, where the field has the name that the form shows.
    fn a_fault_of_a_field_is_told_in_chinese(app: &TestApp) {
        let mut manager = in_chinese(app, Role::QaManager);
        let page = manager.post("/standards/scorecards", &[("code", "no blanks"), ("name_zh", ""), ("name_en", "Video")]).expect(400).text();
        assert!(page.contains("<a href=\"#f-name_zh\">中文名称：不能为空</a>"), "{page}");
        assert!(page.contains("id=\"f-name_zh-fault\">不能为空<") && page.contains("应为 1 至 64 个字母、数字"), "{page}");
        assert!(!page.contains("must be"), "{page}");
        // A part of a field is called what the field is called.
        let thresholds = [("first_period", "2026-1"), ("key_max", "x"), ("non_key_max", "0.6")];
        let page = manager.post("/standards/pass-policy", &thresholds).expect(400).text();
        assert!(page.contains("不是月份，请按 2026-11 的格式填写") && !page.contains("is not a"), "{page}");
    }

    fn a_conflict_is_told_in_chinese(app: &TestApp) {
        let mut manager = in_chinese(app, Role::QaManager);
        let fields = [("code", "video"), ("name_zh", "视频"), ("name_en", "Video")];
        manager.submit("/standards/scorecards", &fields);
        let page = manager.post("/standards/scorecards", &fields).expect(400).text();
        assert!(page.contains("评估表“video”已存在") && !page.contains("there is already"), "{page}");
        manager.submit("/account/looks", &[("language", "en"), ("theme", "auto")]);
        assert!(manager.post("/standards/scorecards", &fields).expect(400).text().contains("there is already a scorecard “video”"));
    }

    fn what_is_not_open_and_what_is_not_there_is_told_in_chinese(app: &TestApp) {
        let mut inspector = in_chinese(app, Role::Inspector);
        let page = inspector.get("/people/users").expect(403).text();
        assert!(page.contains("您的角色无权：查看用户和角色") && !page.contains("none of your roles"), "{page}");
        let page = inspector.get("/no/such/page").expect(404).text();
        assert!(page.contains("没有页面 /no/such/page") && !page.contains("there is no"), "{page}");
        let page = inspector.get(&format!("/samples/{UNKNOWN}/grade")).expect(404).text();
        assert!(page.contains(UNKNOWN) && page.contains("的样本") && !page.contains("there is no"), "{page}");
        let page = inspector.get("/samples/nonsense/grade").expect(404).text();
        assert!(page.contains("没有页面 /samples/nonsense/grade") && !page.contains("is not an id"), "{page}");
        let answer = inspector.post(&format!("/samples/{UNKNOWN}/draft"), &[("version", "0"), ("seconds", "1")]).expect(404).text();
        assert!(answer.contains("的样本") && !answer.contains("there is no"), "{answer}");
    }

    /// Each line of a table that cannot be taken, and a table that is none.
    fn a_table_that_is_refused_is_told_in_chinese(app: &TestApp) {
        let mut admin = in_chinese(app, Role::Admin);
        let csv = "employee_no,name,team\nE 1,李娜,nowhere\n";
        let page = admin.post_file("/people/import/agents", &[("do", "preview")], Some(csv)).expect(200).text();
        assert!(page.contains("应为 1 至 64 个字母、数字") && !page.contains("must be"), "{page}");
        let page = admin.post_file("/people/import/agents", &[("do", "preview")], Some("")).expect(400).text();
        assert!(page.contains("不能为空：请选择文件或粘贴表格"), "{page}");
        let page = admin.post_file("/people/import/agents", &[("do", "preview")], Some("a;b\n1;2\n")).expect(400).text();
        assert!(page.contains("请改用逗号分隔"), "{page}");
    }

    /// Nobody is logged in yet, so the browser says which language.
    fn a_log_in_that_fails_is_told_in_chinese(app: &TestApp) {
        let mut visitor = Visitor::new(app);
        let headers = [("content-type", "application/x-www-form-urlencoded"), ("accept-language", "zh-CN")];
        let page = visitor.send("POST", "/login", &headers, b"username=nobody&password=wrong").expect(401).text();
        assert!(page.contains("用户名或密码错误") && !page.contains("is wrong"), "{page}");
    }
}
