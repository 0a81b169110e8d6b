//! What people choose for themselves.

use assay::domain::access::{GrantReach, Role};

use crate::support::on_both;
use crate::support::visitors::{check_page, visit};

on_both! {
    fn mail_comes_as_often_as_chosen(app: &TestApp) {
        let mut inspector = visit(app, "inspector", Role::Inspector, GrantReach::Own, None);
        let page = inspector.get("/account").expect(200).text();
        check_page(&page);
        assert!(page.contains("New samples to grade") && !page.contains("Closed fine lists"));
        inspector.post("/account/mail", &[("assignments", "daily"), ("fine_lists", "never")]).expect(303);
        let page = inspector.get("/account?done=mail").expect(200).text();
        assert!(page.contains("<option value=\"daily\" selected>") && page.contains("Saved; it holds"), "{page}");
        // What the role must receive cannot be turned off.
        inspector.post("/account/mail", &[("due", "never")]).expect(400);
    }
}
