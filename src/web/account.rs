//! One's own account: language, theme, mail, password, open sessions.

use actix_web::{HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use super::form::{Form, Typed};
use super::page::{Frame, Visitor, go, render, render_as};
use super::trouble::Trouble;
use super::words::moment;
use crate::app::App;
use crate::domain::language::Language;
use crate::domain::mail::Topic;
use crate::domain::mail::preference::{Frequency, TopicChoice, TopicPreference};
use crate::domain::refusal::Faults;
use crate::domain::theme::Theme;
use crate::http::session;
use crate::usecases::sessions::change_password::change_password;
use crate::usecases::sessions::list::list;
use crate::usecases::sessions::log_out::{log_out, log_out_everywhere};
use crate::usecases::sessions::set_looks::set_looks;
use crate::usecases::{Error, mail_preferences, organisation};

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/account", web::get().to(show))
        .route("/account/looks", web::post().to(looks))
        .route("/account/mail", web::post().to(mail))
        .route("/account/password", web::post().to(password))
        .route("/account/sessions/end", web::post().to(end_session))
        .route("/account/sessions/end-all", web::post().to(end_all));
}

#[derive(Template)]
#[template(path = "account.html")]
struct AccountPage {
    f: Frame,
    form: Typed,
    sessions: Vec<SessionLine>,
    topics: Vec<TopicLine>,
}

/// What mail comes about, and how often.
struct TopicLine {
    word: &'static str,
    name: &'static str,
    choices: Vec<(&'static str, &'static str, bool)>,
}

struct SessionLine {
    id: String,
    browser: String,
    /// As it names itself.
    agent: String,
    address: String,
    seen: String,
    this: bool,
}

#[derive(Debug, Deserialize)]
struct Done {
    done: Option<String>,
}

async fn page(app: &App, visitor: &Visitor, form: Typed, done: Option<&str>) -> Result<AccountPage, Trouble> {
    let sessions = list(app, &visitor.person).await.map_err(|e| Trouble::new(visitor.frame.clone(), e))?;
    let zone = organisation::period::zone(app).await.map_err(|e| Trouble::new(visitor.frame.clone(), e))?;
    let mut f = visitor.frame.clone();
    f.notice = match done {
        Some("looks") => Some(f.t("Saved.", "已保存。").to_owned()),
        Some("password") => {
            Some(f.t("Your password is changed; your other sessions have ended.", "密码已修改，其他登录会话已退出。").to_owned())
        }
        Some("mail") => Some(f.t("Saved; it holds from the next mail on.", "已保存，自下一封邮件起生效。").to_owned()),
        Some("session") => Some(f.t("The session has ended.", "该登录会话已退出。").to_owned()),
        _ => None,
    };
    let sessions = sessions
        .into_iter()
        .map(|s| SessionLine {
            this: s.id == visitor.person.session,
            id: s.id.to_string(),
            browser: s.browser.as_deref().map(|name| browser(&f, name)).unwrap_or_default(),
            agent: s.browser.unwrap_or_default(),
            address: s.address.unwrap_or_default(),
            seen: moment(s.seen_at, zone),
        })
        .collect();
    let preferences = mail_preferences::show::show(app, visitor.actor()).await.map_err(|e| Trouble::new(visitor.frame.clone(), e))?;
    let topics = preferences.iter().map(|preference| topic_line(&f, preference)).collect();
    Ok(AccountPage { f, form, sessions, topics })
}

/// What people call a browser that names itself like this, and what it runs on; its own words where they say neither.
fn browser(f: &Frame, agent: &str) -> String {
    // Each of them also says that it is like those below it.
    let kinds = [("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari")];
    let systems = [
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Macintosh", "macOS"),
        ("CrOS", "ChromeOS"),
        ("Linux", "Linux"),
    ];
    let named = |names: &[(&str, &'static str)]| names.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name);
    match (named(&kinds), named(&systems)) {
        (Some(kind), Some(system)) => format!("{kind}{}{system}", f.t(" on ", " · ")),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => agent.to_owned(),
    }
}

fn topic_line(f: &Frame, preference: &TopicPreference) -> TopicLine {
    let choice = |frequency: &Frequency| (frequency.as_str(), frequency_name(f, *frequency), *frequency == preference.frequency);
    TopicLine {
        word: preference.topic.as_str(),
        name: topic_name(f, preference.topic),
        choices: preference.choices.iter().map(choice).collect(),
    }
}

fn frequency_name(f: &Frame, frequency: Frequency) -> &'static str {
    match frequency {
        Frequency::AtOnce => f.t("at once", "立即"),
        Frequency::Daily => f.t("once a day", "每日汇总"),
        Frequency::Never => f.t("not at all", "不接收"),
    }
}

fn topic_name(f: &Frame, topic: Topic) -> &'static str {
    match topic {
        Topic::Results => f.t("My results", "我的质检结果"),
        Topic::MonthVerdict => f.t("My verdict of the month", "我的月度结论"),
        Topic::Changes => f.t("Results that changed", "结果变更"),
        Topic::TeamFailures => f.t("Failed evaluations of the team", "班组不合格质检"),
        Topic::TeamMonth => f.t("The team's month", "班组月度结果"),
        Topic::Assignments => f.t("New samples to grade", "新分配的样本"),
        Topic::Due => f.t("Samples that are due", "到期样本"),
        Topic::PassRates => f.t("Pass rates of the month", "月度合格率"),
        Topic::FineLists => f.t("Closed fine lists", "已关账罚款清单"),
        Topic::Escalation => f.t("Severe cases", "升级工单"),
        Topic::Appeals => f.t("Appeals", "申诉"),
        Topic::FollowUps => f.t("Follow-ups", "整改跟踪"),
        Topic::Notices => f.t("Sanctions made known", "处理通告"),
    }
}

async fn mail(app: web::Data<App>, form: Form) -> Result<HttpResponse, Trouble> {
    let trouble = |e: Error| Trouble::new(form.visitor.frame.clone(), e);
    let now = mail_preferences::show::show(&app, form.visitor.actor()).await.map_err(trouble)?;
    let mut choices = Vec::new();
    for preference in now {
        if let Some(word) = form.typed.filled(preference.topic.as_str()) {
            let frequency = word.parse().map_err(|r| Trouble::new(form.visitor.frame.clone(), r))?;
            choices.push(TopicChoice { topic: preference.topic, frequency });
        }
    }
    mail_preferences::set::set(&app, form.visitor.actor(), choices).await.map_err(trouble)?;
    Ok(go("/account?done=mail"))
}

async fn show(app: web::Data<App>, visitor: Visitor, query: web::Query<Done>) -> Result<HttpResponse, Trouble> {
    render(&page(&app, &visitor, Typed::default(), query.done.as_deref()).await?)
}

async fn looks(app: web::Data<App>, form: Form) -> Result<HttpResponse, Trouble> {
    let frame = form.visitor.frame.clone();
    let mut faults = Faults::new();
    let language = faults.take(form.typed.get("language").parse::<Language>());
    let theme = faults.take(form.typed.get("theme").parse::<Theme>());
    if let (Some(language), Some(theme)) = (language, theme) {
        set_looks(&app, &form.visitor.person, language, theme).await.map_err(|e| Trouble::new(frame, e))?;
        return Ok(go("/account?done=looks"));
    }
    match faults.finish() {
        Ok(()) => Ok(go("/account")),
        Err(refusal) => Err(Trouble::new(frame, refusal)),
    }
}

async fn password(app: web::Data<App>, form: Form) -> Result<HttpResponse, Trouble> {
    let (current, new) = (form.typed.get("current").to_owned(), form.typed.get("password").to_owned());
    match change_password(&app, &form.visitor.person, current, new).await {
        Ok(()) => Ok(go("/account?done=password")),
        Err(Error::Refused(refusal)) => {
            let again = page(&app, &form.visitor, Typed::default().refused(&form.visitor.frame, &refusal), None).await?;
            render_as(HttpResponse::BadRequest(), &again)
        }
        Err(error) => Err(Trouble::new(form.visitor.frame, error)),
    }
}

async fn end_session(app: web::Data<App>, form: Form) -> Result<HttpResponse, Trouble> {
    let which = form.typed.get("session").parse().map_err(|r| Trouble::new(form.visitor.frame.clone(), r))?;
    log_out(&app, &form.visitor.person, Some(which)).await.map_err(|e| Trouble::new(form.visitor.frame, e))?;
    Ok(go("/account?done=session"))
}

async fn end_all(app: web::Data<App>, form: Form) -> Result<HttpResponse, Trouble> {
    log_out_everywhere(&app, &form.visitor.person).await.map_err(|e| Trouble::new(form.visitor.frame, e))?;
    let mut response = go("/login");
    for cookie in session::no_cookies() {
        drop(response.add_cookie(&cookie));
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_are_called_as_people_call_them() {
        let frame = Frame { language: Language::En, theme: Theme::Auto, path: String::new(), person: None, notice: None };
        let called = |agent| browser(&frame, agent);
        let like = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";
        assert_eq!(called(like), "Chrome on Windows");
        let edge = format!("{like} Edg/140.0");
        assert_eq!(called(&edge), "Edge on Windows");
        assert_eq!(called("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"), "Firefox on Linux");
        let iphone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1";
        assert_eq!(called(iphone), "Safari on iPhone");
        assert_eq!(called("curl/8.5.0"), "curl/8.5.0");
    }
}
