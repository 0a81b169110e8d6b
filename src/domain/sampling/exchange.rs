//! Giving samples to inspectors one by one, with chains of exchanges where somebody stands in the way.

use std::collections::VecDeque;

use super::assignment::{AgentSamples, InspectorFacts, UnassignedReason, pair_limit};

/// A table of small counts, agents down and inspectors across.
struct Table {
    width: usize,
    cells: Vec<u32>,
}

impl Table {
    fn get(&self, agent: usize, inspector: usize) -> u32 {
        self.cells.get(agent.saturating_mul(self.width).saturating_add(inspector)).copied().unwrap_or(0)
    }

    fn change(&mut self, agent: usize, inspector: usize, change: impl Fn(u32) -> u32) {
        if let Some(cell) = self.cells.get_mut(agent.saturating_mul(self.width).saturating_add(inspector)) {
            *cell = change(*cell);
        }
    }
}

/// What an inspector has and may have.
struct Seat {
    load: u64,
    limit: u64,
    capacity: u64,
}

/// What an agent's samples have become.
struct Folder {
    given: Vec<Option<usize>>,
    /// No chain of exchanges leads from this agent to an inspector with room, and none ever will.
    stuck: bool,
}

/// The desk at which samples are given out. Inspectors are counted in their order of rank, agents in their order of service.
pub(super) struct Desk {
    seats: Vec<Seat>,
    folders: Vec<Folder>,
    /// How many more samples of the agent the inspector may get by the conflict rules.
    room: Table,
    /// How many the inspector has.
    pairs: Table,
}

/// Where a search for room may end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Until {
    /// At the first inspector below the proportional share.
    Share,
    /// At the inspector with the smallest load for the capacity, of those below it.
    Capacity,
}

impl Desk {
    pub(super) fn new(
        inspectors: &[&InspectorFacts],
        limits: &[u64],
        agents: impl Iterator<Item = AgentSamples>,
        share_percent: u32,
    ) -> Self {
        let width = inspectors.len();
        let (mut folders, mut cells) = (Vec::new(), Vec::new());
        for agent in agents {
            let most = pair_limit(agent.samples, share_percent);
            cells.extend(inspectors.iter().map(|who| if who.may_grade(agent.agent_id, agent.team_id) { most } else { 0 }));
            folders.push(Folder { given: vec![None; usize::try_from(agent.samples).unwrap_or(0)], stuck: false });
        }
        let seats = inspectors.iter().zip(limits);
        Self {
            seats: seats.map(|(who, limit)| Seat { load: 0, limit: *limit, capacity: u64::from(who.capacity) }).collect(),
            folders,
            pairs: Table { width, cells: vec![0; cells.len()] },
            room: Table { width, cells },
        }
    }

    /// Gives out everything that can be given: first to whoever has the largest part of the share open, the first sample of every agent, then
    /// the second of every agent and so on; then what found nobody by exchanges within the shares; then by exchanges within the capacities.
    pub(super) fn give_all(&mut self) {
        let rounds = self.folders.iter().map(|folder| folder.given.len()).max().unwrap_or(0);
        let mut waiting = Vec::new();
        for sample in 0..rounds {
            for agent in 0..self.folders.len() {
                if self.folders.get(agent).is_some_and(|folder| sample < folder.given.len()) {
                    match self.freest(agent) {
                        Some(inspector) => self.give(agent, sample, inspector),
                        None => waiting.push((agent, sample)),
                    }
                }
            }
        }
        for until in [Until::Share, Until::Capacity] {
            for folder in &mut self.folders {
                folder.stuck = false;
            }
            waiting.retain(|(agent, sample)| !self.exchange(*agent, *sample, until));
        }
    }

    /// The inspectors of an agent's samples by rank, and why some have none.
    pub(super) fn given(&self, agent: usize) -> (&[Option<usize>], Option<UnassignedReason>) {
        let given = self.folders.get(agent).map_or(&[][..], |folder| &folder.given);
        let mut allowed =
            (0..self.seats.len()).filter(|inspector| self.room.get(agent, *inspector) + self.pairs.get(agent, *inspector) > 0);
        let reason = if !given.contains(&None) {
            None
        } else if allowed.clone().next().is_none() {
            Some(UnassignedReason::Conflict)
        } else if allowed.all(|inspector| self.room.get(agent, inspector) == 0) {
            Some(UnassignedReason::PairShare)
        } else {
            Some(UnassignedReason::Capacity)
        };
        (given, reason)
    }

    /// The inspector with room below the share who has the largest part of it open; of equals the first by rank.
    fn freest(&self, agent: usize) -> Option<usize> {
        let mut best: Option<(usize, &Seat)> = None;
        for (inspector, seat) in self.seats.iter().enumerate() {
            if seat.load < seat.limit && self.room.get(agent, inspector) > 0 {
                // open/limit of one against the other, multiplied out
                let open = |seat: &Seat, by: &Seat| u128::from(seat.limit - seat.load) * u128::from(by.limit);
                if best.is_none_or(|(_, held)| open(seat, held) > open(held, seat)) {
                    best = Some((inspector, seat));
                }
            }
        }
        best.map(|(inspector, _)| inspector)
    }

    fn give(&mut self, agent: usize, sample: usize, inspector: usize) {
        if let Some(place) = self.folders.get_mut(agent).and_then(|folder| folder.given.get_mut(sample)) {
            *place = Some(inspector);
            self.room.change(agent, inspector, |room| room.saturating_sub(1));
            self.pairs.change(agent, inspector, |pairs| pairs.saturating_add(1));
            if let Some(seat) = self.seats.get_mut(inspector) {
                seat.load = seat.load.saturating_add(1);
            }
        }
    }

    fn take_back(&mut self, agent: usize, sample: usize, inspector: usize) {
        if let Some(place) = self.folders.get_mut(agent).and_then(|folder| folder.given.get_mut(sample)) {
            *place = None;
            self.room.change(agent, inspector, |room| room.saturating_add(1));
            self.pairs.change(agent, inspector, |pairs| pairs.saturating_sub(1));
            if let Some(seat) = self.seats.get_mut(inspector) {
                seat.load = seat.load.saturating_sub(1);
            }
        }
    }

    /// Finds room for a sample by the shortest chain of exchanges and carries it out. Says whether it did.
    fn exchange(&mut self, agent: usize, sample: usize, until: Until) -> bool {
        if self.folders.get(agent).is_none_or(|folder| folder.stuck) {
            return false;
        }
        let search = self.search(agent, until);
        let Some(mut inspector) = search.end else {
            for (folder, reached) in self.folders.iter_mut().zip(&search.holder_of) {
                folder.stuck |= reached.is_some();
            }
            return false;
        };
        // Backwards along the chain: the last agent's sample moves to the inspector with room, and so on to the sample that waits.
        loop {
            let Some(giver) = search.giver_to.get(inspector).copied().flatten() else { return false };
            if giver == agent {
                self.give(agent, sample, inspector);
                return true;
            }
            let Some(holder) = search.holder_of.get(giver).copied().flatten() else { return false };
            let held = self.folders.get(giver).and_then(|folder| folder.given.iter().rposition(|given| *given == Some(holder)));
            let Some(held) = held else { return false };
            self.take_back(giver, held, holder);
            self.give(giver, held, inspector);
            inspector = holder;
        }
    }

    /// Breadth first from the agent whose sample waits: to inspectors that the conflict rules leave room for, by rank; from an inspector to
    /// agents whose samples the inspector holds, by order of service.
    fn search(&self, agent: usize, until: Until) -> Search {
        let mut search = Search { giver_to: vec![None; self.seats.len()], holder_of: vec![None; self.folders.len()], end: None };
        if let Some(start) = search.holder_of.get_mut(agent) {
            *start = Some(usize::MAX);
        }
        let mut best: Option<(u128, u128)> = None;
        let mut queue = VecDeque::from([agent]);
        while let Some(giver) = queue.pop_front() {
            for (inspector, seat) in self.seats.iter().enumerate() {
                let Some(reached) = search.giver_to.get_mut(inspector) else { continue };
                if reached.is_some() || self.room.get(giver, inspector) == 0 {
                    continue;
                }
                *reached = Some(giver);
                match until {
                    Until::Share if seat.load < seat.limit => {
                        search.end = Some(inspector);
                        return search;
                    }
                    Until::Capacity if seat.load < seat.capacity => {
                        let level = (u128::from(seat.load) + 1, u128::from(seat.capacity));
                        if best.is_none_or(|held| level.0 * held.1 < held.0 * level.1) {
                            best = Some(level);
                            search.end = Some(inspector);
                        }
                    }
                    Until::Share | Until::Capacity => {}
                }
                for (other, holder) in search.holder_of.iter_mut().enumerate() {
                    if holder.is_none() && self.pairs.get(other, inspector) > 0 {
                        *holder = Some(inspector);
                        queue.push_back(other);
                    }
                }
            }
        }
        search
    }
}

/// What a search found.
struct Search {
    /// The agent from which each inspector was reached.
    giver_to: Vec<Option<usize>>,
    /// The inspector from which each agent was reached; for the agent where the search began, a number that is nobody's.
    holder_of: Vec<Option<usize>>,
    /// The inspector with room at the end of the chain.
    end: Option<usize>,
}
