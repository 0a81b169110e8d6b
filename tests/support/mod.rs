//! The test app: the real application on a port of its own with a fresh database per test, and clients that speak to it.

#![allow(dead_code, reason = "the test app offers what tests may need")]

pub mod aftermath;
pub mod agents;
pub mod browser;
pub mod chromium;
pub mod client;
pub mod conversation;
pub mod disk;
pub mod graded;
pub mod grading;
pub mod inspectors;
pub mod mail;
pub mod people;
pub mod postgres;
pub mod program;
pub mod real_data;
pub mod receiver;
pub mod samples;
pub mod sampling;
pub mod smtp;
pub mod sounds;
pub mod visitors;

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, mpsc};
use std::thread::JoinHandle;

use actix_web::dev::ServerHandle;
use assay::app::App;
use assay::auth;
use assay::chance::Chance;
use assay::clock::{Clock, SetClock};
use assay::config::Config;
use assay::db::users::UserRow;
use assay::db::{self, AnyConnection, Db, Tx};
use assay::domain::access::{Actor, Grant, GrantReach, Role};
use assay::domain::id::{AgentId, UserId};
use assay::domain::language::Language;
use assay::domain::money::Currency;
use assay::usecases::demo;
use assay::usecases::organisation::init::{Init, init};
use chrono::{DateTime, Utc};
use diesel::Connection;
use diesel::connection::SimpleConnection;

#[allow(unused_imports, reason = "for the tests that name it")]
pub use client::{Client, Response};

/// Makes of one test two, on SQLite and on PostgreSQL. The PostgreSQL one says so and passes where there is none.
///
/// ```ignore
/// on_both! {
///     fn an_agent_moves(app: &TestApp) { … }
/// }
/// ```
#[allow(unused_macros, reason = "the benches share the test app and have no tests")]
macro_rules! on_both {
    ($($(#[$doc:meta])* fn $name:ident($app:ident: &TestApp) $body:block)*) => {$(
        $(#[$doc])*
        mod $name {
            #[allow(unused_imports, reason = "not every file has something to import")]
            use super::*;
            fn story($app: &$crate::support::TestApp) $body
            #[test]
            fn sqlite() {
                story(&$crate::support::TestApp::sqlite());
            }
            #[test]
            fn postgres() {
                if let Some(app) = $crate::support::TestApp::postgres() {
                    story(&app);
                }
            }
        }
    )*};
}
#[allow(unused_imports, reason = "the benches share the test app and have no tests")]
pub(crate) use on_both;

/// When a test begins: 10 November 2026, noon in Shanghai.
pub const START: &str = "2026-11-10T04:00:00Z";

/// A Wednesday in the middle of a month, three in the afternoon in Shanghai: when the demo centre is looked at.
pub const DEMO_NOW: &str = "2026-11-18T07:00:00Z";

/// Brings what the writer of a prepared app has committed from its log into the file that is copied; the writer may still be closing.
fn checkpoint(path: &std::path::Path) {
    let mut connection = diesel::SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    connection.batch_execute("PRAGMA busy_timeout = 10000; PRAGMA wal_checkpoint(TRUNCATE);").unwrap();
}

/// The token of the first administrator of every test app.
static ADMIN_TOKEN: OnceLock<String> = OnceLock::new();

/// A running application with a fresh database.
pub struct TestApp {
    /// The application, for calling use cases directly: [`Self::run`].
    pub app: App,
    /// Its clock: it stands still until a test sets it.
    pub clock: Arc<SetClock>,
    /// `http://127.0.0.1:PORT`.
    pub url: String,
    /// A folder of this test's own.
    pub folder: tempfile::TempDir,
    names: AtomicU64,
    server: ServerHandle,
    thread: Option<JoinHandle<()>>,
}

impl TestApp {
    /// On an embedded database.
    pub fn sqlite() -> Self {
        Self::sqlite_with(|_| ())
    }

    /// On an embedded database, with other settings.
    pub fn sqlite_with(change: impl FnOnce(&mut Config)) -> Self {
        static TEMPLATE: OnceLock<PathBuf> = OnceLock::new();
        let template = TEMPLATE.get_or_init(|| {
            let path = tempfile::tempdir().unwrap().keep().join("template.db");
            prepare(&format!("sqlite:{}", path.display()));
            checkpoint(&path);
            path
        });
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("assay.db");
        std::fs::copy(template, &path).unwrap();
        Self::start(format!("sqlite:{}", path.display()), folder, change)
    }

    /// The demo centre, half-way through its second month, on an embedded database of this test's own.
    pub fn demo() -> Self {
        static TEMPLATE: OnceLock<PathBuf> = OnceLock::new();
        let template = TEMPLATE.get_or_init(|| {
            let folder = tempfile::tempdir().unwrap().keep();
            let path = folder.join("demo.db");
            let mut config = Config::default();
            config.database.url = format!("sqlite:{}", path.display());
            config.recordings.folder = folder.join("recordings");
            let clock = Arc::new(SetClock::new(DEMO_NOW.parse().unwrap()));
            let app = App::with(config, clock.clone(), Chance::from_seed(demo::SEED)).unwrap();
            app.db.migrate().unwrap();
            let made = demo::load(&app, &clock, DEMO_NOW.parse().unwrap(), usize::MAX);
            actix_web::rt::Runtime::new().unwrap().block_on(made).unwrap();
            drop(app);
            checkpoint(&path);
            folder
        });
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("assay.db");
        std::fs::copy(template.join("demo.db"), &path).unwrap();
        let app =
            Self::start(format!("sqlite:{}", path.display()), folder, |config| config.recordings.folder = template.join("recordings"));
        app.clock.set(DEMO_NOW.parse().unwrap());
        app
    }

    /// On PostgreSQL; `None`, said loudly, where there is none.
    pub fn postgres() -> Option<Self> {
        Self::postgres_with(|_| ())
    }

    /// On PostgreSQL, with other settings.
    pub fn postgres_with(change: impl FnOnce(&mut Config)) -> Option<Self> {
        static TEMPLATE: OnceLock<()> = OnceLock::new();
        let server = postgres::server()?;
        TEMPLATE.get_or_init(|| prepare(&server.create_database("prepared", None)));
        Some(Self::start(server.fresh_database(Some("prepared")), tempfile::tempdir().unwrap(), change))
    }

    /// On a PostgreSQL of this test's own.
    pub fn on(server: &postgres::Server) -> Self {
        prepare(&server.create_database("prepared", None));
        Self::start(server.fresh_database(Some("prepared")), tempfile::tempdir().unwrap(), |_| ())
    }

    /// Another instance on the database of this one, with a clock of its own.
    pub fn beside(other: &Self) -> Self {
        Self::start(other.app.config.database.url.clone(), tempfile::tempdir().unwrap(), |_| ())
    }

    fn start(database: String, folder: tempfile::TempDir, change: impl FnOnce(&mut Config)) -> Self {
        let mut config = Config::default();
        config.database.url = database;
        config.database.connections = 8;
        config.recordings.folder = folder.path().join("recordings");
        config.http.port = 0;
        config.http.workers = 1;
        config.http.shutdown_seconds = 1;
        change(&mut config);
        let clock = Arc::new(SetClock::new(START.parse().unwrap()));
        let app = App::with(config, clock.clone(), Chance::from_system().unwrap()).unwrap();
        let (tell, told) = mpsc::channel();
        let served = app.clone();
        let thread = std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let listening = assay::server::listen(served).unwrap();
                tell.send((listening.address, listening.server.handle())).unwrap();
                listening.server.await.unwrap();
            });
        });
        let (address, server) = told.recv().unwrap();
        Self { app, clock, url: format!("http://{address}"), folder, names: AtomicU64::new(1), server, thread: Some(thread) }
    }

    /// Now, by the test's clock.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Runs a use case.
    pub fn run<T>(&self, future: impl Future<Output = T>) -> T {
        actix_web::rt::Runtime::new().unwrap().block_on(future)
    }

    /// Writes to the database as the operator: for facts that a test needs and that no use case makes.
    pub fn write<T: Send + 'static>(&self, closure: impl FnMut(&mut Tx<'_>) -> db::Result<T> + Send + 'static) -> T {
        self.run(async { self.app.write(&Actor::operator(), closure).await }).unwrap()
    }

    /// Reads from the database.
    pub fn read<T: Send + 'static>(&self, closure: impl FnMut(&mut AnyConnection) -> db::Result<T> + Send + 'static) -> T {
        self.run(self.app.read(closure)).unwrap()
    }

    /// Whether this is the app on PostgreSQL.
    pub fn is_postgres(&self) -> bool {
        self.app.config.database.url.starts_with("postgres")
    }

    /// A client without a token.
    pub fn anonymous(&self) -> Client {
        Client::new(&self.url, None)
    }

    /// A client with any token.
    pub fn with_token(&self, token: &str) -> Client {
        Client::new(&self.url, Some(token))
    }

    /// The first administrator.
    pub fn admin(&self) -> Client {
        self.with_token(ADMIN_TOKEN.get().unwrap())
    }

    /// Somebody new with one role that reaches the whole centre (or, for agents, only their own results).
    pub fn person(&self, role: Role) -> Client {
        self.user(role.as_str(), None, &[Grant { role, reach: GrantReach::All }]).1
    }

    /// Somebody new with the roles given, who may also be an agent. Their user name is `prefix` and a number.
    pub fn user(&self, prefix: &str, agent: Option<AgentId>, grants: &[Grant]) -> (UserId, Client) {
        let username = format!("{prefix}-{}", self.names.fetch_add(1, Ordering::Relaxed));
        let token = auth::new_token(self.app.chance.bytes());
        let (hash, grants) = (auth::token_hash(&token), grants.to_vec());
        let id = self.write(move |tx| {
            let user = UserRow {
                id: tx.id(),
                username: username.clone(),
                name: username.clone(),
                email: None,
                language: Language::En,
                agent_id: agent,
                active: true,
                version: 1,
            };
            db::users::insert(tx, &user, None)?;
            for grant in &grants {
                db::users::insert_grant(tx, user.id, grant)?;
            }
            db::tokens::insert(tx, user.id, "test", &hash, "all", None)?;
            Ok(user.id)
        });
        (id, self.with_token(&token))
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        let handle = self.server.clone();
        drop(actix_web::rt::Runtime::new().map(|runtime| runtime.block_on(handle.stop(false))));
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

/// Migrates an empty database and sets a centre up in it, once per process; tests get copies.
fn prepare(url: &str) {
    let mut config = Config::default();
    config.database.url = url.to_owned();
    Db::open(&config.database).unwrap().migrate().unwrap();
    let clock = Arc::new(SetClock::new("2026-01-01T00:00:00Z".parse().unwrap()));
    // The same chance for both databases, so that the administrator's token is the same.
    let app = App::with(config, clock, Chance::from_seed([1; 32])).unwrap();
    let command = Init {
        name: "Test Centre".into(),
        time_zone: "Asia/Shanghai".into(),
        currency: Currency::CNY,
        language: Language::Zh,
        admin_username: "admin".into(),
        admin_password: None,
    };
    let done = actix_web::rt::Runtime::new().unwrap().block_on(init(&app, &Actor::operator(), command)).unwrap();
    drop(ADMIN_TOKEN.set(done.token.clone()));
    assert_eq!(ADMIN_TOKEN.get(), Some(&done.token));
}
