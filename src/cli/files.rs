//! How many files the process may have open: connections are files, and a database that cannot open its own is no database.

/// Files that are open beside the connections of callers: database, recordings, mail, log.
const OWN: u64 = 1000;

/// Raises the limit of open files as far as it is needed and allowed. Where that is not enough, connections are fewer: gives how many.
#[cfg(unix)]
pub(super) fn make_room(connections: usize) -> usize {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    let wanted = u64::try_from(connections).unwrap_or(u64::MAX).saturating_add(OWN);
    let limit = getrlimit(Resource::Nofile);
    let now = limit.current.unwrap_or(u64::MAX);
    let possible = limit.maximum.unwrap_or(u64::MAX).min(wanted);
    let raised = possible > now && setrlimit(Resource::Nofile, Rlimit { current: Some(possible), maximum: limit.maximum }).is_ok();
    let have = if raised { possible } else { now };
    if have >= wanted {
        return connections;
    }
    // Half of very few are our own.
    let left = usize::try_from(have.saturating_sub(OWN).max(have.div_euclid(2))).unwrap_or(connections);
    tracing::warn!(files = have, connections = left, "the limit of open files (ulimit -n) allows fewer connections than http.connections");
    left.max(1)
}

/// Other systems have no such limit.
#[cfg(not(unix))]
pub(super) fn make_room(connections: usize) -> usize {
    connections
}
