//! Users: the list of those who log in, with their roles.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::{WHOLE, tree, yes_or_no};
use crate::app::App;
use crate::domain::access::{Action, ReachKind, Role};
use crate::domain::grant::GrantInput;
use crate::domain::id::{TeamId, UserId, VendorId};
use crate::domain::user::{User, UserFilter};
use crate::usecases::{users, vendors};
use crate::web::address::{Address, Pager};
use crate::web::form::Typed;
use crate::web::page::{Frame, Visitor, render};
use crate::web::pieces::{Choice, OrTrouble};
use crate::web::trouble::Trouble;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.route("/people/users", web::get().to(list));
}

#[derive(Template)]
#[template(path = "people/users.html")]
struct UsersPage {
    f: Frame,
    filter: Typed,
    roles: Vec<Choice>,
    active: Vec<Choice>,
    may_write: bool,
    filtered: bool,
    users: Vec<UserLine>,
    pager: Pager,
}

struct UserLine {
    id: UserId,
    username: String,
    name: String,
    roles: Vec<String>,
    email: String,
    active: bool,
}

/// The codes and names of vendors and teams, for saying how far a role reaches.
pub(super) struct Places {
    /// Vendors: id, code, name.
    pub(super) vendors: Vec<(VendorId, String, String)>,
    /// Teams: id, code, name.
    pub(super) teams: Vec<(TeamId, String, String)>,
}

impl Places {
    pub(super) async fn load(app: &App, visitor: &Visitor) -> Result<Self, Trouble> {
        let vendors = vendors::list::list(app, visitor.actor(), WHOLE).await.or_trouble(visitor)?.items;
        let teams = tree(app, visitor.actor()).await.or_trouble(visitor)?;
        Ok(Self {
            vendors: vendors.into_iter().map(|vendor| (vendor.id, vendor.code, vendor.name)).collect(),
            teams: teams.into_iter().map(|placed| (placed.team.id, placed.team.code, placed.team.name)).collect(),
        })
    }

    fn vendor(&self, id: Option<VendorId>) -> Option<&(VendorId, String, String)> {
        self.vendors.iter().find(|(vendor, ..)| Some(*vendor) == id)
    }

    fn team(&self, id: Option<TeamId>) -> Option<&(TeamId, String, String)> {
        self.teams.iter().find(|(team, ..)| Some(*team) == id)
    }

    /// How far a role reaches, as the form writes it.
    pub(super) fn written(&self, grant: &GrantInput) -> String {
        match grant.reach {
            Some(ReachKind::Vendor) => self.vendor(grant.vendor_id).map_or_else(String::new, |(_, code, _)| format!("vendor:{code}")),
            Some(ReachKind::Team) => self.team(grant.team_id).map_or_else(String::new, |(_, code, _)| format!("team:{code}")),
            Some(reach @ (ReachKind::All | ReachKind::Own)) => reach.to_string(),
            None => String::new(),
        }
    }

    /// A role and how far it reaches, in words.
    fn in_words(&self, f: &Frame, grant: &GrantInput) -> String {
        let role = f.role(grant.role);
        match grant.reach {
            Some(ReachKind::Vendor) => format!("{role} · {}", self.vendor(grant.vendor_id).map_or("?", |(.., name)| name.as_str())),
            Some(ReachKind::Team) => format!("{role} · {}", self.team(grant.team_id).map_or("?", |(.., name)| name.as_str())),
            Some(ReachKind::All | ReachKind::Own) | None => role.to_owned(),
        }
    }
}

async fn list(app: web::Data<App>, visitor: Visitor, at: Address) -> Result<HttpResponse, Trouble> {
    let f = visitor.frame.saying(at.get("done"));
    let filter = UserFilter {
        text: at.filled("text").map(str::to_owned),
        role: at.read("role"),
        active: at.read("active"),
        ..UserFilter::default()
    };
    let page = at.page(50).or_trouble(&visitor)?;
    let listed = users::list::list(&app, visitor.actor(), filter, page).await.or_trouble(&visitor)?;
    let places = Places::load(&app, &visitor).await?;
    let line = |user: &User| UserLine {
        id: user.id,
        username: user.username.clone(),
        name: user.name.clone(),
        roles: user.grants.iter().map(|grant| places.in_words(&f, grant)).collect(),
        email: user.email.clone().unwrap_or_default(),
        active: user.active,
    };
    render(&UsersPage {
        users: listed.items.iter().map(line).collect(),
        pager: at.pager(&f, listed.next.as_ref()),
        filter: at.typed(),
        filtered: at.filtered(&["text", "role", "active"]),
        roles: Role::ALL.iter().map(|role| Choice::new(role, f.role(*role))).collect(),
        active: yes_or_no(&f, ("may log in", "可登录"), ("deactivated", "已停用")),
        may_write: visitor.actor().may_everywhere(Action::UserWrite).is_ok(),
        f,
    })
}
