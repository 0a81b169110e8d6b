//! Column types that are native on each database, and how the domain's values go in and out.
//!
//! [`Uid`] is `uuid` on PostgreSQL and a 16-byte blob on SQLite; [`Moment`] is `timestamptz` on PostgreSQL and microseconds since 1970 on
//! SQLite. Enums, periods and currencies are stored as their words.

use chrono::{DateTime, Utc};
use diesel::deserialize::{self, FromSql, Queryable};
use diesel::expression::AsExpression;
use diesel::internal::derives::as_expression::Bound;
use diesel::pg::{Pg, PgValue};
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::{BigInt, HasSqlType, Nullable, SingleValue, Text, Timestamptz};
use diesel::sqlite::Sqlite;
use std::io::Write;
use uuid::Uuid;

use super::connection::{MultiBackend, MultiRawValue};
use crate::domain::id;

/// An id.
#[derive(Debug, Clone, Copy, Default, diesel::sql_types::SqlType, diesel::query_builder::QueryId)]
#[diesel(postgres_type(name = "uuid"))]
#[diesel(sqlite_type(name = "Binary"))]
pub struct Uid;

/// A moment in UTC with microseconds.
#[derive(Debug, Clone, Copy, Default, diesel::sql_types::SqlType, diesel::query_builder::QueryId)]
#[diesel(postgres_type(name = "timestamptz"))]
#[diesel(sqlite_type(name = "Long"))]
pub struct Moment;

impl HasSqlType<Uid> for MultiBackend {
    fn metadata(lookup: &mut Self::MetadataLookup) -> Self::TypeMetadata {
        Self::lookup_sql_type::<Uid>(lookup)
    }
}

impl HasSqlType<Moment> for MultiBackend {
    fn metadata(lookup: &mut Self::MetadataLookup) -> Self::TypeMetadata {
        Self::lookup_sql_type::<Moment>(lookup)
    }
}

/// How a Rust type becomes a bind value and a result column of one SQL type.
macro_rules! stored_as {
    ($sql:ty; $($name:ty),* $(,)?) => {$(
        impl AsExpression<$sql> for $name {
            type Expression = Bound<$sql, Self>;
            fn as_expression(self) -> Self::Expression { Bound::new(self) }
        }
        impl AsExpression<Nullable<$sql>> for $name {
            type Expression = Bound<Nullable<$sql>, Self>;
            fn as_expression(self) -> Self::Expression { Bound::new(self) }
        }
        impl<'e> AsExpression<$sql> for &'e $name {
            type Expression = Bound<$sql, Self>;
            fn as_expression(self) -> Self::Expression { Bound::new(self) }
        }
        impl<'e> AsExpression<Nullable<$sql>> for &'e $name {
            type Expression = Bound<Nullable<$sql>, Self>;
            fn as_expression(self) -> Self::Expression { Bound::new(self) }
        }
        impl<DB> ToSql<Nullable<$sql>, DB> for $name
        where
            DB: diesel::backend::Backend,
            Self: ToSql<$sql, DB>,
        {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
                ToSql::<$sql, DB>::to_sql(self, out)
            }
        }
    )*};
}

/// The part of [`stored_as`] that types with an own `Queryable` in diesel (chrono's) already have.
macro_rules! read_as_itself {
    ($($name:ty),* $(,)?) => {$(
        impl<DB, ST> Queryable<ST, DB> for $name
        where
            DB: diesel::backend::Backend,
            ST: SingleValue,
            Self: FromSql<ST, DB>,
        {
            type Row = Self;
            fn build(row: Self) -> deserialize::Result<Self> { Ok(row) }
        }
    )*};
}

macro_rules! stored_ids {
    ($($name:ident),* $(,)?) => {
        stored_as!(Uid; $(id::$name),*);
        read_as_itself!($(id::$name),*);
        $(
            impl ToSql<Uid, Pg> for id::$name {
                fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
                    out.write_all(self.0.as_bytes())?;
                    Ok(IsNull::No)
                }
            }
            impl ToSql<Uid, Sqlite> for id::$name {
                fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
                    out.set_value(self.0.as_bytes().as_slice());
                    Ok(IsNull::No)
                }
            }
            impl ToSql<Uid, MultiBackend> for id::$name {
                fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, MultiBackend>) -> serialize::Result {
                    out.set_value((Uid, self));
                    Ok(IsNull::No)
                }
            }
            impl FromSql<Uid, Pg> for id::$name {
                fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
                    Ok(Self(Uuid::from_slice(value.as_bytes())?))
                }
            }
            impl FromSql<Uid, Sqlite> for id::$name {
                fn from_sql(mut value: <Sqlite as diesel::backend::Backend>::RawValue<'_>) -> deserialize::Result<Self> {
                    Ok(Self(Uuid::from_slice(value.read_blob())?))
                }
            }
            impl FromSql<Uid, MultiBackend> for id::$name {
                fn from_sql(value: MultiRawValue<'_>) -> deserialize::Result<Self> {
                    value.from_sql::<Self, Uid>()
                }
            }
        )*
    };
}

stored_ids!(
    AgentId,
    AppealId,
    AttachmentId,
    AuditId,
    BreachId,
    CalibrationId,
    CloseId,
    ComplaintId,
    ConversationId,
    DrawId,
    EscalationEventId,
    EscalationId,
    EvaluationId,
    FinePolicyId,
    FollowUpId,
    GrantId,
    ImportId,
    ImportRunId,
    LedgerEntryId,
    OutboxId,
    PassPolicyId,
    RecordingId,
    RegradeDrawId,
    RegradeId,
    SampleId,
    SamplingPlanId,
    ScorecardId,
    ScorecardVersionId,
    SessionId,
    TeamId,
    TokenId,
    UserId,
    VendorId,
    ViolationId,
    ViolationTypeId,
    WebhookId,
);

/// A moment as a column of type [`Moment`]: UTC, whole microseconds. Bind `At(time)`; in a row struct write
/// `#[diesel(deserialize_as = At)]` over a `DateTime<Utc>` field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct At(pub DateTime<Utc>);

impl From<At> for DateTime<Utc> {
    fn from(at: At) -> Self {
        at.0
    }
}

impl From<DateTime<Utc>> for At {
    fn from(at: DateTime<Utc>) -> Self {
        Self(at)
    }
}

/// A nullable [`At`] column, for `#[diesel(deserialize_as = OptionalAt)]` over an `Option<DateTime<Utc>>` field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OptionalAt(pub Option<DateTime<Utc>>);

impl From<OptionalAt> for Option<DateTime<Utc>> {
    fn from(at: OptionalAt) -> Self {
        at.0
    }
}

impl<DB> Queryable<Nullable<Moment>, DB> for OptionalAt
where
    DB: diesel::backend::Backend,
    At: FromSql<Moment, DB>,
{
    type Row = Option<At>;
    fn build(row: Option<At>) -> deserialize::Result<Self> {
        Ok(Self(row.map(|at| at.0)))
    }
}

stored_as!(Moment; At);
read_as_itself!(At);

impl ToSql<Moment, Pg> for At {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        ToSql::<Timestamptz, Pg>::to_sql(&self.0, out)
    }
}

impl ToSql<Moment, Sqlite> for At {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        out.set_value(self.0.timestamp_micros());
        Ok(IsNull::No)
    }
}

impl ToSql<Moment, MultiBackend> for At {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, MultiBackend>) -> serialize::Result {
        out.set_value((Moment, self));
        Ok(IsNull::No)
    }
}

impl FromSql<Moment, Pg> for At {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        FromSql::<Timestamptz, Pg>::from_sql(value).map(Self)
    }
}

impl FromSql<Moment, Sqlite> for At {
    fn from_sql(value: <Sqlite as diesel::backend::Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        let micros = <i64 as FromSql<BigInt, Sqlite>>::from_sql(value)?;
        DateTime::from_timestamp_micros(micros).map(Self).ok_or_else(|| format!("{micros} is not a moment").into())
    }
}

impl FromSql<Moment, MultiBackend> for At {
    fn from_sql(value: MultiRawValue<'_>) -> deserialize::Result<Self> {
        value.from_sql::<Self, Moment>()
    }
}

/// Types that are stored as a text that `as_str`-like [`AsText`] gives and `FromStr` reads.
pub trait AsText {
    /// The stored form.
    fn stored(&self) -> std::borrow::Cow<'static, str>;
}

macro_rules! stored_texts {
    ($($name:ty => |$value:ident| $stored:expr),* $(,)?) => {
        stored_as!(Text; $($name),*);
        read_as_itself!($($name),*);
        $(
            impl AsText for $name {
                fn stored(&self) -> std::borrow::Cow<'static, str> {
                    let $value = self;
                    $stored.into()
                }
            }
            impl ToSql<Text, Pg> for $name {
                fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
                    out.write_all(self.stored().as_bytes())?;
                    Ok(IsNull::No)
                }
            }
            impl ToSql<Text, Sqlite> for $name {
                fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
                    out.set_value(self.stored().into_owned());
                    Ok(IsNull::No)
                }
            }
            impl ToSql<Text, MultiBackend> for $name {
                fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, MultiBackend>) -> serialize::Result {
                    out.set_value((Text, self));
                    Ok(IsNull::No)
                }
            }
            impl FromSql<Text, Pg> for $name {
                fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
                    let text = std::str::from_utf8(value.as_bytes())?;
                    text.parse().map_err(|e| format!("stored value `{text}`: {e}").into())
                }
            }
            impl FromSql<Text, Sqlite> for $name {
                fn from_sql(mut value: <Sqlite as diesel::backend::Backend>::RawValue<'_>) -> deserialize::Result<Self> {
                    let text = value.read_text();
                    text.parse().map_err(|e| format!("stored value `{text}`: {e}").into())
                }
            }
            impl FromSql<Text, MultiBackend> for $name {
                fn from_sql(value: MultiRawValue<'_>) -> deserialize::Result<Self> {
                    value.from_sql::<Self, Text>()
                }
            }
        )*
    };
}

stored_texts!(
    crate::domain::access::ReachKind => |v| v.as_str(),
    crate::domain::access::Role => |v| v.as_str(),
    crate::domain::appeal::AppealState => |v| v.as_str(),
    crate::domain::appeal::PointOutcome => |v| v.as_str(),
    crate::domain::breach::BreachState => |v| v.as_str(),
    crate::domain::calibration::CalibrationState => |v| v.as_str(),
    crate::domain::complaint::ComplaintLevel => |v| v.as_str(),
    crate::domain::complaint::ComplaintState => |v| v.as_str(),
    crate::domain::conversation::Channel => |v| v.as_str(),
    crate::domain::escalation::CaseState => |v| v.as_str(),
    crate::domain::escalation::EventKind => |v| v.as_str(),
    crate::domain::escalation::Trigger => |v| v.as_str(),
    crate::domain::evaluation::Outcome => |v| v.as_str(),
    crate::domain::follow_up::FollowUpKind => |v| v.as_str(),
    crate::domain::follow_up::FollowUpState => |v| v.as_str(),
    crate::domain::import_run::ImportKind => |v| v.as_str(),
    crate::domain::import_run::RunState => |v| v.as_str(),
    crate::domain::language::Language => |v| v.as_str(),
    crate::domain::ledger::EntryKind => |v| v.as_str(),
    crate::domain::mail::OutboxChannel => |v| v.as_str(),
    crate::domain::mail::Frequency => |v| v.as_str(),
    crate::domain::mail::OutboxState => |v| v.as_str(),
    crate::domain::mail::Topic => |v| v.as_str(),
    crate::domain::money::Currency => |v| v.code().to_owned(),
    crate::domain::month_close::PeriodState => |v| v.as_str(),
    crate::domain::period::Period => |v| v.to_string(),
    crate::domain::regrade::RegradeState => |v| v.as_str(),
    crate::domain::retention::Hold => |v| v.as_str(),
    crate::domain::retention::Kept => |v| v.as_str(),
    crate::domain::results::DaysSource => |v| v.as_str(),
    crate::domain::results::Verdict => |v| v.as_str(),
    crate::domain::results::report::UnitKind => |v| v.as_str(),
    crate::domain::reward::RewardKind => |v| v.as_str(),
    crate::domain::sampling::sample::DrawKind => |v| v.as_str(),
    crate::domain::sampling::sample::DrawState => |v| v.as_str(),
    crate::domain::sampling::sample::PlanState => |v| v.as_str(),
    crate::domain::sampling::sample::ReplaceReason => |v| v.as_str(),
    crate::domain::sampling::sample::SampleKind => |v| v.as_str(),
    crate::domain::sampling::sample::SampleState => |v| v.as_str(),
    crate::domain::scorecard::ItemKind => |v| v.as_str(),
    crate::domain::scorecard::VersionState => |v| v.as_str(),
    crate::domain::theme::Theme => |v| v.as_str(),
    crate::domain::violation::ErrorKind => |v| v.as_str(),
    crate::domain::violation::ViolationClass => |v| v.as_str(),
    crate::domain::violation::ViolationState => |v| v.as_str(),
);
