//! Goes through a whole list in its order, a chunk at a time, inside one read transaction.

use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, sync_channel};

use chrono::{DateTime, Utc};

use crate::db::organisation::Organisation;
use crate::db::views::fine_lines::Dressing;
use crate::db::{self, AnyConnection, Result};
use crate::domain::access::Reach;
use crate::domain::fine_list::{FineLine, FineListHead, LineSelection, ListPart, ListStatus, Totalling};
use crate::domain::id::LedgerEntryId;
use crate::domain::ledger::LedgerFilter;
use crate::domain::month_close::PeriodState;
use crate::domain::period::Period;

/// How many lines are read at a time.
const CHUNK: i64 = 2_000;

/// From where and when a list is looked at.
#[derive(Debug, Clone)]
pub struct Seen {
    /// The organisation, with its time zone and currency.
    pub organisation: Organisation,
    /// Now.
    pub now: DateTime<Utc>,
}

impl Seen {
    /// By the organisation as it is stored.
    pub fn load(conn: &mut AnyConnection, now: DateTime<Utc>) -> Result<Self> {
        Ok(Self { organisation: db::organisation::load(conn)?, now })
    }
}

/// Where the lines come from.
enum Source {
    /// The ledger, with what stands beside it now.
    Ledger { filter: LedgerFilter, dressing: Box<Dressing>, last: Option<LedgerEntryId> },
    /// The frozen list.
    Frozen { period: Period, last: i64 },
}

/// The lines of a list within reach, in ascending order of their ids.
pub struct Lines<'a> {
    conn: &'a mut AnyConnection,
    reach: &'a Reach,
    source: Source,
    read: VecDeque<FineLine>,
    ended: bool,
}

impl<'a> Lines<'a> {
    /// Lines of the ledger as they are now.
    pub fn of_ledger(conn: &'a mut AnyConnection, reach: &'a Reach, filter: LedgerFilter, seen: &Seen) -> Result<Self> {
        let dressing = Box::new(Dressing::load(conn, seen.organisation.zone, seen.now)?);
        Ok(Self { conn, reach, source: Source::Ledger { filter, dressing, last: None }, read: VecDeque::new(), ended: false })
    }

    /// The lines that the close of a period has frozen.
    pub fn frozen(conn: &'a mut AnyConnection, reach: &'a Reach, period: Period) -> Self {
        Self { conn, reach, source: Source::Frozen { period, last: 0 }, read: VecDeque::new(), ended: false }
    }

    /// The list that a period has at this moment for everybody.
    pub fn of_period(conn: &'a mut AnyConnection, reach: &'a Reach, seen: &Seen, head: &FineListHead) -> Result<Self> {
        match head.status {
            ListStatus::Closed => Ok(Self::frozen(conn, reach, head.period)),
            ListStatus::Open => {
                let filter = LedgerFilter { period: Some(head.period), ..LedgerFilter::default() };
                Self::of_ledger(conn, reach, filter, seen)
            }
        }
    }

    fn read_chunk(&mut self) -> Result<()> {
        let before = self.read.len();
        match &mut self.source {
            Source::Ledger { filter, dressing, last } => {
                let entries = db::ledger::after(self.conn, self.reach, filter, *last, CHUNK)?;
                *last = entries.last().map(|entry| entry.id).or(*last);
                self.read.extend(dressing.lines(self.conn, entries)?);
            }
            Source::Frozen { period, last } => {
                for (position, line) in db::period_lists::lines_after(self.conn, self.reach, *period, *last, CHUNK)? {
                    *last = position;
                    self.read.push_back(line);
                }
            }
        }
        self.ended = self.read.len() == before;
        Ok(())
    }

    /// Lets a thread of its own `consume` the lines while this one reads ahead, by no more than a few thousand of them.
    ///
    /// # Panics
    /// Where `consume` does.
    pub fn read_ahead_for<T: Send>(mut self, consume: impl FnOnce(ReadLines) -> T + Send) -> T {
        std::thread::scope(|scope| {
            let (send, receive) = sync_channel(1);
            let consumer = scope.spawn(move || consume(ReadLines { receive, read: VecDeque::new() }));
            while !self.ended {
                let read = self.read_chunk().map(|()| std::mem::take(&mut self.read));
                self.ended |= read.is_err();
                // Whoever ends early needs no more of them.
                if send.send(read).is_err() {
                    break;
                }
            }
            drop(send);
            consumer.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })
    }
}

/// Lines that another thread reads: see [`Lines::read_ahead_for`].
pub struct ReadLines {
    receive: Receiver<Result<VecDeque<FineLine>>>,
    read: VecDeque<FineLine>,
}

impl Iterator for ReadLines {
    type Item = Result<FineLine>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.read.is_empty() {
            match self.receive.recv().ok()? {
                Ok(read) => self.read = read,
                Err(error) => return Some(Err(error)),
            }
        }
        self.read.pop_front().map(Ok)
    }
}

impl Iterator for Lines<'_> {
    type Item = Result<FineLine>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.read.is_empty()
            && !self.ended
            && let Err(error) = self.read_chunk()
        {
            self.ended = true;
            return Some(Err(error));
        }
        self.read.pop_front().map(Ok)
    }
}

/// The head of a period's list. Its totals are those of the lines within reach, so that they always add up with what the reader sees;
/// the digest is that of the whole list, for those who see all of it.
pub fn head(conn: &mut AnyConnection, reach: &Reach, seen: &Seen, period: Period) -> Result<FineListHead> {
    let closed = db::periods::find(conn, period)?.filter(|row| row.state == PeriodState::Closed);
    let status = if closed.is_some() { ListStatus::Closed } else { ListStatus::Open };
    let mut head = FineListHead {
        period,
        status,
        currency: seen.organisation.currency,
        closed_at: closed.as_ref().and_then(|row| row.closed_at),
        digest: closed.as_ref().filter(|_| reach.all).and_then(|row| row.digest.clone()),
        part: None,
        totals: Totalling::default().finish(),
    };
    head.totals = match closed {
        Some(row) if reach.all => row.totals()?,
        Some(_) => {
            let mut totalling = Totalling::default();
            for line in Lines::frozen(conn, reach, period) {
                totalling.add(&line?)?;
            }
            totalling.finish()
        }
        None => Dressing::load(conn, seen.organisation.zone, seen.now)?.totals(conn, reach, period)?,
    };
    Ok(head)
}

/// The head of what is asked for of a list: of a part, the totals are those of the part, and there is no digest.
pub fn head_of(conn: &mut AnyConnection, reach: &Reach, seen: &Seen, period: Period, selection: LineSelection) -> Result<FineListHead> {
    let whole = head(conn, reach, seen, period)?;
    let Some(part) = ListPart::of(&whole.totals, selection, reach.all) else { return Ok(whole) };
    let mut totalling = Totalling::default();
    for line in Lines::of_period(conn, reach, seen, &whole)? {
        let line = line?;
        if part.selection.fits(&line) {
            totalling.add(&line)?;
        }
    }
    Ok(FineListHead { digest: None, totals: totalling.finish(), part: Some(part), ..whole })
}
