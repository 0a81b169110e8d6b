//! `write()`: concurrent read-modify-write loses nothing, and what fails leaves nothing.

use assay::db::schema::leases;
use assay::db::sql_types::At;
use assay::db::{self, Tx};
use assay::domain::Refusal;
use assay::domain::access::Actor;
use diesel::prelude::*;

use crate::support::{TestApp, on_both};

fn count(tx: &mut Tx<'_>) -> db::Result<i64> {
    let holder: String = leases::table.find("counter").select(leases::holder).first(tx.conn)?;
    Ok(holder.parse().unwrap())
}

fn begin(app: &TestApp) {
    app.write(|tx| {
        let values = (leases::name.eq("counter"), leases::holder.eq("0"), leases::until_at.eq(At(tx.now)));
        diesel::insert_into(leases::table).values(values).execute(tx.conn)?;
        Ok(())
    });
}

on_both! {
    fn concurrent_increments_all_count(app: &TestApp) {
        begin(app);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..20 {
                        app.write(|tx| {
                            let next = count(tx)? + 1;
                            diesel::update(leases::table.find("counter")).set(leases::holder.eq(next.to_string())).execute(tx.conn)?;
                            Ok(())
                        });
                    }
                });
            }
        });
        assert_eq!(app.write(count), 80);
    }

    fn a_refusal_and_a_panic_leave_nothing_and_stop_nobody(app: &TestApp) {
        begin(app);
        let set = |value: &'static str, then: fn() -> db::Result<()>| {
            let service = Actor::service();
            app.run(app.app.write(&service, move |tx| {
                diesel::update(leases::table.find("counter")).set(leases::holder.eq(value)).execute(tx.conn)?;
                then()
            }))
        };
        assert!(matches!(set("1", || Err(Refusal::invalid("x", "no").into())), Err(db::Error::Refused(_))));
        assert!(matches!(set("2", || panic!("oh")), Err(db::Error::Panicked(_))));
        assert_eq!(app.write(count), 0);
        set("3", || Ok(())).unwrap();
        assert_eq!(app.write(count), 3);
    }
}
