//! Bearer tokens: one's own, and for an administrator anybody's. A new one is shown once.

use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpResponse, web};
use askama::Template;

use crate::app::App;
use crate::domain::access::{Action, TokenScope};
use crate::domain::id::{TokenId, UserId};
use crate::domain::page::PageRequest;
use crate::domain::period::start_of_day;
use crate::domain::token::{Token, TokenInput};
use crate::usecases::{organisation, tokens, users};
use crate::web::address::{Address, Pager};
use crate::web::form::{Form, Typed};
use crate::web::page::{Frame, Visitor, go, render, render_as};
use crate::web::pieces::{Choice, OrTrouble, mendable};
use crate::web::reading::Reading;
use crate::web::trouble::Trouble;
use crate::web::words::{moment, moment_or_none};

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/system/tokens", web::get().to(list))
        .route("/system/tokens", web::post().to(create))
        .route("/system/tokens/{id}/revoke", web::post().to(revoke));
}

#[derive(Template)]
#[template(path = "system/tokens.html")]
struct TokensPage {
    f: Frame,
    form: Typed,
    /// Whose tokens are shown; absent for one's own.
    user: Option<UserId>,
    owner: String,
    people: Vec<Choice>,
    scopes: Vec<Choice>,
    tokens: Vec<TokenLine>,
    pager: Pager,
    /// The new token, shown this once.
    secret: Option<String>,
}

struct TokenLine {
    id: TokenId,
    name: String,
    /// What it may do, as people and as programs call it.
    scopes: Vec<(&'static str, String)>,
    created: String,
    expires: String,
    used: String,
    over: Option<&'static str>,
}

/// What people call a scope; nothing where it is none of today's.
fn scope_name(f: &Frame, word: &str) -> &'static str {
    TokenScope::parse(word).map_or("", |scope| f.scope(&scope))
}

async fn page(app: &App, visitor: &Visitor, at: &Address, user: Option<UserId>, form: Typed) -> Result<TokensPage, Trouble> {
    let f = visitor.frame.saying(at.get("done"));
    let actor = visitor.actor();
    let zone = organisation::period::zone(app).await.or_trouble(visitor)?;
    let now = app.clock.now();
    let listed = tokens::list::list(app, actor, user, at.page(50).or_trouble(visitor)?).await.or_trouble(visitor)?;
    let administers = actor.may_everywhere(Action::UserWrite).is_ok();
    let mut people = Vec::new();
    if administers {
        let some = PageRequest { limit: 1000, after: None };
        let found = users::list::list(app, actor, Default::default(), some).await.or_trouble(visitor)?;
        people = found.items.iter().map(|user| Choice::new(user.id, format!("{} ({})", user.name, user.username))).collect();
    }
    let owner = match user {
        Some(id) => users::show::show(app, actor, id).await.or_trouble(visitor)?.name,
        None => visitor.person.name.clone(),
    };
    let line = |token: &Token| TokenLine {
        id: token.id,
        name: token.name.clone(),
        scopes: token.scopes.iter().map(|word| (scope_name(&f, word), word.clone())).collect(),
        created: moment(token.created_at, zone),
        expires: token.expires_at.map_or_else(|| f.t("never", "永不").to_owned(), |at| moment(at, zone)),
        used: moment_or_none(token.last_used_at, zone),
        over: match (token.revoked_at, token.expires_at) {
            (Some(_), _) => Some(f.t("revoked", "已吊销")),
            (None, Some(end)) if end <= now => Some(f.t("ended", "已过期")),
            _ => None,
        },
    };
    let all = [TokenScope::All, TokenScope::Read].into_iter().chain(Action::ALL.iter().copied().map(TokenScope::One));
    let scopes = all.map(|scope| Choice::new(scope.as_str(), f.scope(&scope)).coded()).collect();
    Ok(TokensPage {
        tokens: listed.items.iter().map(line).collect(),
        pager: at.pager(&f, listed.next.as_ref()),
        user,
        owner,
        people,
        scopes,
        form,
        secret: None,
        f,
    })
}

async fn list(app: web::Data<App>, visitor: Visitor, at: Address) -> Result<HttpResponse, Trouble> {
    let user = at.read("user");
    let form = Typed::showing([("user", at.get("user").to_owned())]);
    render(&page(&app, &visitor, &at, user, form).await?)
}

async fn create(app: web::Data<App>, form: Form, at: Address) -> Result<HttpResponse, Trouble> {
    let visitor = &form.visitor;
    let mut from = Reading::of(&form.typed);
    let (user, ends) = (from.value::<UserId>("user"), from.day("expires_on"));
    let scopes = form.typed.all("scopes").to_vec();
    let zone = organisation::period::zone(&app).await.or_trouble(visitor)?;
    // A token that ends on a day may be used on that day.
    let expires_at = ends.and_then(|day| day.succ_opt()).map(|day| start_of_day(day, zone));
    let made = match from.finish() {
        Ok(()) => {
            let input = TokenInput { name: form.typed.get("name").to_owned(), scopes, expires_at, user_id: user };
            tokens::create::create(&app, visitor.actor(), input).await
        }
        Err(refusal) => Err(refusal.into()),
    };
    match made {
        Ok(new) => {
            let mut page = page(&app, visitor, &at, user, Typed::showing([("user", form.typed.get("user").to_owned())])).await?;
            page.secret = Some(new.secret);
            let mut response = HttpResponse::Ok();
            response.insert_header((CACHE_CONTROL, "no-store"));
            render_as(response, &page)
        }
        Err(error) => {
            let refusal = mendable(visitor, error)?;
            render_as(
                HttpResponse::BadRequest(),
                &page(&app, visitor, &at, user, form.typed.clone().refused(&visitor.frame, &refusal)).await?,
            )
        }
    }
}

async fn revoke(app: web::Data<App>, form: Form, path: web::Path<String>) -> Result<HttpResponse, Trouble> {
    let id = form.visitor.place::<TokenId>(&path)?;
    tokens::revoke::revoke(&app, form.visitor.actor(), id).await.or_trouble(&form.visitor)?;
    let user = form.typed.get("user").parse::<UserId>().map(|user| format!("user={user}&")).unwrap_or_default();
    Ok(go(&format!("/system/tokens?{user}done=revoked")))
}
