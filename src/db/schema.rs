//! The tables, in types that both databases have. `migrations/` makes them; a test compares the two.

diesel::table! {
    use diesel::sql_types::{Bool, Nullable, Text};
    use crate::db::sql_types::{Moment, Uid};

    bulk_letters (period) {
        period -> Text,
        begun -> Bool,
        after_agent_id -> Nullable<Uid>,
        created_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::{Bool, Integer, Nullable, Text};
    use crate::db::sql_types::{Moment, Uid};

    webhooks (id) {
        id -> Uid,
        name -> Text,
        url -> Text,
        secret -> Text,
        events -> Text,
        active -> Bool,
        version -> Integer,
        created_at -> Moment,
        archived_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::{Integer, Nullable, Text};
    use crate::db::sql_types::{Moment, Uid};

    outbox (id) {
        id -> Uid,
        channel -> Text,
        kind -> Text,
        user_id -> Nullable<Uid>,
        agent_id -> Nullable<Uid>,
        webhook_id -> Nullable<Uid>,
        address -> Nullable<Text>,
        language -> Text,
        params -> Text,
        dedupe -> Text,
        state -> Text,
        attempts -> Integer,
        queued_at -> Moment,
        next_at -> Moment,
        holder -> Nullable<Text>,
        lease_until -> Nullable<Moment>,
        handed_at -> Nullable<Moment>,
        message_id -> Nullable<Text>,
        last_error -> Nullable<Text>,
        gathered_in -> Nullable<Uid>,
        created_at -> Moment,
        sent_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::{Text};
    use crate::db::sql_types::{Uid};

    outbox_about (object_kind, object_id, outbox_id) {
        object_kind -> Text,
        object_id -> Text,
        outbox_id -> Uid,
    }
}

diesel::table! {
    use diesel::sql_types::{Text};
    use crate::db::sql_types::{Moment, Uid};

    mail_preferences (user_id, topic) {
        user_id -> Uid,
        topic -> Text,
        frequency -> Text,
        updated_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::{Integer, Text};
    use crate::db::sql_types::{Moment};

    organisation (id) {
        id -> Integer,
        name -> Text,
        time_zone -> Text,
        currency -> Text,
        language -> Text,
        created_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::{Integer, Nullable, Text};
    use crate::db::sql_types::{Moment, Uid};

    vendors (id) {
        id -> Uid,
        code -> Text,
        name -> Text,
        version -> Integer,
        created_at -> Moment,
        archived_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::{Integer, Nullable, Text};
    use crate::db::sql_types::{Moment, Uid};

    teams (id) {
        id -> Uid,
        code -> Text,
        name -> Text,
        parent_id -> Nullable<Uid>,
        vendor_id -> Nullable<Uid>,
        version -> Integer,
        created_at -> Moment,
        archived_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::{Integer};
    use crate::db::sql_types::{Uid};

    team_ancestors (team_id, ancestor_id) {
        team_id -> Uid,
        ancestor_id -> Uid,
        depth -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::{Date, Integer, Nullable, Text};
    use crate::db::sql_types::{Moment, Uid};

    agents (id) {
        id -> Uid,
        employee_no -> Text,
        name -> Text,
        email -> Nullable<Text>,
        language -> Text,
        team_id -> Uid,
        left_on -> Nullable<Date>,
        version -> Integer,
        created_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::{Date};
    use crate::db::sql_types::{Moment, Uid};

    agent_teams (agent_id, from_date) {
        agent_id -> Uid,
        from_date -> Date,
        team_id -> Uid,
        created_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::{Bool, Integer, Nullable, Text};
    use crate::db::sql_types::{Moment, Uid};

    users (id) {
        id -> Uid,
        username -> Text,
        name -> Text,
        email -> Nullable<Text>,
        language -> Text,
        password_hash -> Nullable<Text>,
        agent_id -> Nullable<Uid>,
        active -> Bool,
        version -> Integer,
        created_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::{Nullable, Text};
    use crate::db::sql_types::{Moment, Uid};

    grants (id) {
        id -> Uid,
        user_id -> Uid,
        role -> Text,
        reach -> Text,
        vendor_id -> Nullable<Uid>,
        team_id -> Nullable<Uid>,
        created_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::{Nullable, Text};
    use crate::db::sql_types::{Moment, Uid};

    tokens (id) {
        id -> Uid,
        user_id -> Uid,
        name -> Text,
        hash -> Text,
        scopes -> Text,
        created_at -> Moment,
        expires_at -> Nullable<Moment>,
        last_used_at -> Nullable<Moment>,
        revoked_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::{Integer, Text};
    use crate::db::sql_types::{Moment, Uid};

    attendance (agent_id, period) {
        agent_id -> Uid,
        period -> Text,
        worked_days -> Integer,
        recorded_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Nullable, Text};
    use crate::db::sql_types::{Moment, Uid};

    audit (id) {
        id -> Uid,
        at -> Moment,
        actor_kind -> Text,
        user_id -> Nullable<Uid>,
        token_id -> Nullable<Uid>,
        action -> Text,
        object_kind -> Text,
        object_id -> Text,
        address -> Nullable<Text>,
        request_id -> Nullable<Text>,
        before -> Nullable<Text>,
        after -> Nullable<Text>,
        reason -> Nullable<Text>,
        seq -> BigInt,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Text};
    use crate::db::sql_types::Moment;

    audit_seals (number) {
        number -> BigInt,
        upto -> BigInt,
        lines -> BigInt,
        hash -> Text,
        sealed_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::{Text};
    use crate::db::sql_types::{Moment, Uid};

    answers (user_id, key) {
        user_id -> Uid,
        key -> Text,
        operation -> Text,
        fingerprint -> Text,
        answer -> Text,
        created_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::{Text};
    use crate::db::sql_types::{Moment};

    leases (name) {
        name -> Text,
        holder -> Text,
        until_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Integer, Nullable, Text};
    use crate::db::sql_types::{Moment, Uid};

    import_runs (id) {
        id -> Uid,
        kind -> Text,
        file_name -> Text,
        file_bytes -> BigInt,
        user_id -> Uid,
        state -> Text,
        dry_run -> Bool,
        attempt -> Integer,
        created_at -> Moment,
        touched_at -> Moment,
        finished_at -> Nullable<Moment>,
        done -> BigInt,
        whole -> Nullable<BigInt>,
        inserted -> BigInt,
        updated -> BigInt,
        unchanged -> BigInt,
        refused -> BigInt,
        report -> Nullable<Text>,
        why -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Nullable, Text};
    use crate::db::sql_types::{Moment, Uid};

    imports (id) {
        id -> Uid,
        kind -> Text,
        user_id -> Nullable<Uid>,
        started_at -> Moment,
        finished_at -> Nullable<Moment>,
        inserted -> BigInt,
        updated -> BigInt,
        unchanged -> BigInt,
        refused -> BigInt,
        report -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::{Integer, Text};
    use crate::db::sql_types::Uid;

    conversation_days (period, agent_id) {
        period -> Text,
        agent_id -> Uid,
        days -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Binary, Date, Integer, Nullable, Text};
    use crate::db::sql_types::{Moment, Uid};

    conversations (id) {
        id -> Uid,
        source -> Text,
        external_id -> Text,
        channel -> Text,
        agent_id -> Uid,
        started_at -> Moment,
        duration_ms -> BigInt,
        period -> Text,
        local_day -> Date,
        queue -> Nullable<Text>,
        language -> Nullable<Text>,
        satisfaction -> Nullable<Integer>,
        customer_ref -> Nullable<Text>,
        attributes -> Text,
        lines -> Integer,
        recordings -> Integer,
        digest -> Binary,
        import_id -> Nullable<Uid>,
        created_at -> Moment,
        updated_at -> Moment,
        transcript_purged_at -> Nullable<Moment>,
        recordings_purged_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::Text;
    use crate::db::sql_types::Moment;

    retention_progress (kept) {
        kept -> Text,
        done_until -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::Text;
    use crate::db::sql_types::{Moment, Uid};

    retention_holds (kept, conversation_id) {
        kept -> Text,
        conversation_id -> Uid,
        reason -> Text,
        held_since -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::Text;
    use crate::db::sql_types::Moment;

    file_deletions (store_key) {
        store_key -> Text,
        ordered_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::{Binary, Text};
    use crate::db::sql_types::{Uid};

    transcripts (conversation_id) {
        conversation_id -> Uid,
        encoding -> Text,
        content -> Binary,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Binary, Integer, Text};
    use crate::db::sql_types::{Moment, Uid};

    recordings (id) {
        id -> Uid,
        conversation_id -> Uid,
        ordinal -> Integer,
        name -> Text,
        sides -> Text,
        start_ms -> BigInt,
        store_key -> Text,
        sha256 -> Text,
        bytes -> BigInt,
        media_type -> Text,
        codec -> Text,
        channels -> Integer,
        sample_rate -> Integer,
        duration_ms -> BigInt,
        peaks -> Binary,
        created_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::{Text};
    use crate::db::sql_types::{Moment, Uid};

    scorecards (id) {
        id -> Uid,
        code -> Text,
        name_zh -> Text,
        name_en -> Text,
        created_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::{Integer, Nullable, Text};
    use crate::db::sql_types::{Moment, Uid};

    scorecard_versions (id) {
        id -> Uid,
        scorecard_id -> Uid,
        number -> Integer,
        state -> Text,
        content -> Text,
        version -> Integer,
        created_at -> Moment,
        published_at -> Nullable<Moment>,
        retired_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::{Bool, Integer, Nullable, Text};
    use crate::db::sql_types::{Moment, Uid};

    violation_types (id) {
        id -> Uid,
        code -> Text,
        class -> Text,
        name_zh -> Text,
        name_en -> Text,
        error_kind -> Text,
        red_line -> Bool,
        class_if_money_lost -> Nullable<Text>,
        active -> Bool,
        position -> Integer,
        version -> Integer,
        created_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::{Integer, Nullable, Text};
    use crate::db::sql_types::{Moment, Uid};

    fine_policies (id) {
        id -> Uid,
        number -> Integer,
        first_period -> Text,
        content -> Text,
        created_by -> Nullable<Uid>,
        created_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::{Integer, Nullable, Text};
    use crate::db::sql_types::{Moment, Uid};

    pass_policies (id) {
        id -> Uid,
        number -> Integer,
        first_period -> Text,
        content -> Text,
        created_by -> Nullable<Uid>,
        created_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::{Integer, Text};
    use crate::db::sql_types::{Moment, Uid};

    sampling_plans (id) {
        id -> Uid,
        name -> Text,
        state -> Text,
        content -> Text,
        version -> Integer,
        created_at -> Moment,
        updated_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Binary, Integer, Nullable, Text};
    use crate::db::sql_types::{Moment, Uid};

    draws (id) {
        id -> Uid,
        plan_id -> Uid,
        plan_version -> Integer,
        plan_content -> Text,
        period -> Text,
        kind -> Text,
        ordinal -> Integer,
        state -> Text,
        algorithm -> Text,
        seed -> Binary,
        seed_hash -> Text,
        population_count -> Nullable<BigInt>,
        population_digest -> Nullable<Text>,
        exclusions -> Nullable<Text>,
        result_digest -> Nullable<Text>,
        facts -> Nullable<Text>,
        shortfall -> Nullable<Text>,
        drawn_by -> Nullable<Uid>,
        committed_at -> Moment,
        drawn_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::{Binary, Integer};
    use crate::db::sql_types::{Uid};

    draw_agents (draw_id, agent_id) {
        draw_id -> Uid,
        agent_id -> Uid,
        team_id -> Uid,
        quota -> Integer,
        carried -> Integer,
        available -> Integer,
        drawn -> Integer,
        targeted_quota -> Integer,
        targeted_available -> Integer,
        targeted_drawn -> Integer,
        too_short -> Integer,
        already_sampled -> Integer,
        no_recording -> Integer,
        population -> Binary,
    }
}

diesel::table! {
    use diesel::sql_types::{Bool, Date, Integer, Nullable, Text};
    use crate::db::sql_types::{Moment, Uid};

    samples (id) {
        id -> Uid,
        draw_id -> Uid,
        plan_id -> Uid,
        period -> Text,
        kind -> Text,
        counts -> Bool,
        agent_id -> Uid,
        conversation_id -> Uid,
        position -> Integer,
        state -> Text,
        scorecard_version_id -> Uid,
        blind -> Bool,
        inspector_id -> Nullable<Uid>,
        assigned_by -> Nullable<Uid>,
        assigned_at -> Nullable<Moment>,
        due_on -> Date,
        claimed_at -> Nullable<Moment>,
        claim_until -> Nullable<Moment>,
        submitted_at -> Nullable<Moment>,
        replaces_id -> Nullable<Uid>,
        replaced_reason -> Nullable<Text>,
        replaced_comment -> Nullable<Text>,
        replaced_by -> Nullable<Uid>,
        replaced_at -> Nullable<Moment>,
        created_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Integer, Text};
    use crate::db::sql_types::{Moment, Uid};

    drafts (sample_id) {
        sample_id -> Uid,
        inspector_id -> Uid,
        content -> Text,
        version -> Integer,
        seconds -> BigInt,
        saved_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Bool, Integer, Nullable, Text};
    use crate::db::sql_types::{Moment, Uid};

    evaluations (id) {
        id -> Uid,
        sample_id -> Uid,
        conversation_id -> Uid,
        agent_id -> Uid,
        inspector_id -> Uid,
        scorecard_version_id -> Uid,
        period -> Text,
        kind -> Text,
        counts -> Bool,
        key_errors -> Integer,
        non_key_errors -> Integer,
        comment -> Text,
        seconds -> BigInt,
        revision -> Integer,
        submitted_at -> Moment,
        corrected_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::{Integer, Nullable, Text};
    use crate::db::sql_types::{Moment, Uid};

    evaluation_revisions (evaluation_id, revision) {
        evaluation_id -> Uid,
        revision -> Integer,
        content -> Text,
        key_errors -> Integer,
        non_key_errors -> Integer,
        reason -> Nullable<Text>,
        made_by -> Uid,
        made_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::{Integer};
    use crate::db::sql_types::{Moment, Uid};

    evaluation_acknowledgements (evaluation_id, revision) {
        evaluation_id -> Uid,
        revision -> Integer,
        user_id -> Uid,
        acknowledged_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::{Text};
    use crate::db::sql_types::{Uid};

    evaluation_items (evaluation_id, item_code) {
        evaluation_id -> Uid,
        item_code -> Text,
        kind -> Text,
        outcome -> Text,
        comment -> Text,
        evidence -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::{Bool, Integer, Nullable, Text};
    use crate::db::sql_types::{Moment, Uid};

    violations (id) {
        id -> Uid,
        evaluation_id -> Uid,
        conversation_id -> Uid,
        agent_id -> Uid,
        period -> Text,
        type_id -> Uid,
        type_code -> Text,
        class -> Text,
        error_kind -> Text,
        red_line -> Bool,
        item_code -> Nullable<Text>,
        occurrences -> Integer,
        money_lost -> Bool,
        comment -> Text,
        evidence -> Text,
        state -> Text,
        created_at -> Moment,
        ended_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Integer, Nullable, Text};
    use crate::db::sql_types::{Moment, Uid};

    ledger (id) {
        id -> Uid,
        period -> Text,
        kind -> Text,
        agent_id -> Uid,
        amount_minor -> BigInt,
        currency -> Text,
        violation_id -> Nullable<Uid>,
        evaluation_id -> Nullable<Uid>,
        origin_period -> Text,
        refers_to -> Nullable<Uid>,
        policy_number -> Nullable<Integer>,
        type_code -> Nullable<Text>,
        class -> Nullable<Text>,
        occurrences -> Nullable<Integer>,
        reward -> Nullable<Text>,
        reason -> Nullable<Text>,
        dedupe -> Text,
        posted_by -> Nullable<Uid>,
        posted_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Nullable, Text};
    use crate::db::sql_types::{Moment, Uid};

    periods (period) {
        period -> Text,
        state -> Text,
        close_id -> Uid,
        touched_at -> Moment,
        closed_at -> Nullable<Moment>,
        closed_by -> Nullable<Uid>,
        override_reason -> Nullable<Text>,
        standing_in_the_way -> Text,
        digest -> Nullable<Text>,
        lines -> Nullable<BigInt>,
        total_minor -> Nullable<BigInt>,
        summary -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Nullable, Text};
    use crate::db::sql_types::{Uid};

    period_fine_lines (period, position) {
        period -> Text,
        position -> BigInt,
        entry_id -> Uid,
        agent_id -> Uid,
        team_id -> Nullable<Uid>,
        vendor_id -> Nullable<Uid>,
        content -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::{Binary, Integer, Text};

    period_files (period, name, part) {
        period -> Text,
        name -> Text,
        part -> Integer,
        content -> Binary,
    }
}

diesel::table! {
    use diesel::sql_types::{Bool, Integer, Nullable, Text};
    use crate::db::sql_types::{Uid};

    period_agents (period, agent_id) {
        period -> Text,
        agent_id -> Uid,
        team_id -> Nullable<Uid>,
        vendor_id -> Nullable<Uid>,
        samples -> Integer,
        key_errors -> Integer,
        non_key_errors -> Integer,
        verdict -> Text,
        worked_days -> Integer,
        worked_source -> Text,
        effective -> Bool,
        content -> Text,
        rests_on -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::{Text};
    use crate::db::sql_types::{Uid};

    period_units (period, unit_kind, unit_id) {
        period -> Text,
        unit_kind -> Text,
        unit_id -> Uid,
        content -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::{Nullable, Text};
    use crate::db::sql_types::{Moment, Uid};

    sessions (id) {
        id -> Uid,
        user_id -> Uid,
        secret_hash -> Text,
        csrf -> Text,
        address -> Nullable<Text>,
        browser -> Nullable<Text>,
        created_at -> Moment,
        seen_at -> Moment,
        expires_at -> Moment,
        ended_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::{Integer, Nullable, Text};
    use crate::db::sql_types::Moment;

    login_attempts (name) {
        name -> Text,
        failures -> Integer,
        last_at -> Moment,
        blocked_until -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::Text;
    use crate::db::sql_types::Uid;

    user_settings (user_id) {
        user_id -> Uid,
        theme -> Text,
    }
}

diesel::table! {
    use diesel::sql_types::{Integer, Nullable, Text};
    use crate::db::sql_types::{Moment, Uid};

    settings (name) {
        name -> Text,
        content -> Text,
        version -> Integer,
        changed_by -> Nullable<Uid>,
        changed_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::{Date, Integer, Nullable, Text};
    use crate::db::sql_types::{Moment, Uid};

    complaints (id) {
        id -> Uid,
        reference -> Text,
        agent_id -> Uid,
        conversation_id -> Nullable<Uid>,
        occurred_on -> Date,
        period -> Text,
        body -> Text,
        state -> Text,
        level -> Nullable<Text>,
        reason -> Nullable<Text>,
        recorded_by -> Nullable<Uid>,
        recorded_at -> Moment,
        adjudicated_by -> Nullable<Uid>,
        adjudicated_at -> Nullable<Moment>,
        version -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::{Date, Integer, Nullable, Text};
    use crate::db::sql_types::{Moment, Uid};

    breaches (id) {
        id -> Uid,
        reference -> Text,
        agent_id -> Uid,
        occurred_on -> Date,
        period -> Text,
        occurrences -> Integer,
        body -> Text,
        state -> Text,
        recorded_by -> Nullable<Uid>,
        recorded_at -> Moment,
        ended_by -> Nullable<Uid>,
        ended_at -> Nullable<Moment>,
        reason -> Nullable<Text>,
        version -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::{Integer, Nullable, Text};
    use crate::db::sql_types::{Moment, Uid};

    escalations (id) {
        id -> Uid,
        evaluation_id -> Nullable<Uid>,
        conversation_id -> Nullable<Uid>,
        agent_id -> Uid,
        period -> Text,
        state -> Text,
        level -> Integer,
        levels -> Text,
        due_at -> Nullable<Moment>,
        acknowledged_by -> Nullable<Uid>,
        acknowledged_at -> Nullable<Moment>,
        proposed_by -> Nullable<Uid>,
        sanction -> Nullable<Text>,
        ended_by -> Nullable<Uid>,
        ended_at -> Nullable<Moment>,
        opened_at -> Moment,
        version -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::{Bool, Nullable, Text};
    use crate::db::sql_types::{Moment, Uid};

    escalation_findings (finding_key) {
        finding_key -> Text,
        escalation_id -> Uid,
        rule -> Text,
        violation_id -> Nullable<Uid>,
        code -> Text,
        class -> Nullable<Text>,
        standing -> Bool,
        created_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::{Integer, Nullable, Text};
    use crate::db::sql_types::{Moment, Uid};

    escalation_events (id) {
        id -> Uid,
        escalation_id -> Uid,
        at -> Moment,
        kind -> Text,
        level -> Integer,
        user_id -> Nullable<Uid>,
        details -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::{Integer};
    use crate::db::sql_types::{Moment, Uid};

    escalation_told (escalation_id, user_id) {
        escalation_id -> Uid,
        user_id -> Uid,
        level -> Integer,
        told_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::{Nullable, Text};
    use crate::db::sql_types::{Moment, Uid};

    escalation_links (hash) {
        hash -> Text,
        escalation_id -> Uid,
        user_id -> Uid,
        expires_at -> Moment,
        used_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::{Integer, Nullable, Text};
    use crate::db::sql_types::{Moment, Uid};

    appeals (id) {
        id -> Uid,
        evaluation_id -> Nullable<Uid>,
        complaint_id -> Nullable<Uid>,
        breach_id -> Nullable<Uid>,
        agent_id -> Uid,
        period -> Text,
        body -> Text,
        state -> Text,
        made_by -> Uid,
        made_at -> Moment,
        due_at -> Moment,
        second_body -> Nullable<Text>,
        second_by -> Nullable<Uid>,
        second_at -> Nullable<Moment>,
        decided_at -> Nullable<Moment>,
        reminded_at -> Nullable<Moment>,
        overdue_at -> Nullable<Moment>,
        version -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::{Integer, Nullable, Text};
    use crate::db::sql_types::{Uid};

    appeal_points (appeal_id, position) {
        appeal_id -> Uid,
        position -> Integer,
        target -> Text,
        item_code -> Nullable<Text>,
        violation_id -> Nullable<Uid>,
        type_code -> Nullable<Text>,
        found_by -> Nullable<Uid>,
        body -> Text,
        outcome -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::{Integer, Nullable, Text};
    use crate::db::sql_types::{Moment, Uid};

    appeal_decisions (appeal_id, instance) {
        appeal_id -> Uid,
        instance -> Integer,
        content -> Text,
        effect -> Text,
        revision -> Nullable<Integer>,
        decided_by -> Uid,
        decided_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Binary, Text};
    use crate::db::sql_types::{Moment, Uid};

    appeal_attachments (id) {
        id -> Uid,
        appeal_id -> Uid,
        name -> Text,
        media_type -> Text,
        bytes -> BigInt,
        sha256 -> Text,
        content -> Binary,
        created_by -> Uid,
        created_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::{Date, Integer, Nullable, Text};
    use crate::db::sql_types::{Moment, Uid};

    follow_ups (id) {
        id -> Uid,
        agent_id -> Uid,
        kind -> Text,
        evaluation_id -> Nullable<Uid>,
        violation_id -> Nullable<Uid>,
        escalation_id -> Nullable<Uid>,
        appeal_id -> Nullable<Uid>,
        period -> Text,
        item_code -> Nullable<Text>,
        type_code -> Nullable<Text>,
        owner_id -> Uid,
        due_on -> Date,
        body -> Text,
        state -> Text,
        outcome -> Nullable<Text>,
        made_by -> Uid,
        made_at -> Moment,
        ended_by -> Nullable<Uid>,
        ended_at -> Nullable<Moment>,
        reminded_at -> Nullable<Moment>,
        overdue_at -> Nullable<Moment>,
        version -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::{BigInt, Binary, Integer, Nullable, Text};
    use crate::db::sql_types::{Moment, Uid};

    regrade_draws (id) {
        id -> Uid,
        period -> Text,
        percent -> Integer,
        seed -> Binary,
        candidates -> BigInt,
        chosen -> BigInt,
        drawn_by -> Nullable<Uid>,
        drawn_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::{Date, Integer, Nullable, Text};
    use crate::db::sql_types::{Moment, Uid};

    regrades (id) {
        id -> Uid,
        draw_id -> Uid,
        evaluation_id -> Uid,
        period -> Text,
        first_inspector_id -> Uid,
        inspector_id -> Nullable<Uid>,
        due_on -> Date,
        state -> Text,
        revision -> Nullable<Integer>,
        sheet -> Nullable<Text>,
        grading -> Nullable<Text>,
        differences -> Nullable<Text>,
        decisions -> Nullable<Text>,
        created_at -> Moment,
        graded_at -> Nullable<Moment>,
        decided_by -> Nullable<Uid>,
        decided_at -> Nullable<Moment>,
        version -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::{Date, Integer, Nullable, Text};
    use crate::db::sql_types::{Moment, Uid};

    calibrations (id) {
        id -> Uid,
        name -> Text,
        conversation_id -> Uid,
        scorecard_version_id -> Uid,
        reference_id -> Nullable<Uid>,
        due_on -> Date,
        state -> Text,
        made_by -> Uid,
        made_at -> Moment,
        closed_at -> Nullable<Moment>,
        version -> Integer,
    }
}

diesel::table! {
    use diesel::sql_types::{Nullable, Text};
    use crate::db::sql_types::{Moment, Uid};

    calibration_grades (calibration_id, user_id) {
        calibration_id -> Uid,
        user_id -> Uid,
        sheet -> Nullable<Text>,
        graded_at -> Nullable<Moment>,
    }
}

diesel::joinable!(import_runs -> users (user_id));
diesel::joinable!(outbox -> users (user_id));
diesel::joinable!(outbox -> agents (agent_id));
diesel::joinable!(outbox -> webhooks (webhook_id));
diesel::joinable!(outbox_about -> outbox (outbox_id));
diesel::joinable!(mail_preferences -> users (user_id));
diesel::joinable!(teams -> vendors (vendor_id));
diesel::joinable!(team_ancestors -> teams (team_id));
diesel::joinable!(agents -> teams (team_id));
diesel::joinable!(agent_teams -> agents (agent_id));
diesel::joinable!(agent_teams -> teams (team_id));
diesel::joinable!(users -> agents (agent_id));
diesel::joinable!(grants -> users (user_id));
diesel::joinable!(grants -> vendors (vendor_id));
diesel::joinable!(grants -> teams (team_id));
diesel::joinable!(tokens -> users (user_id));
diesel::joinable!(attendance -> agents (agent_id));
diesel::joinable!(conversation_days -> agents (agent_id));
diesel::joinable!(conversations -> agents (agent_id));
diesel::joinable!(transcripts -> conversations (conversation_id));
diesel::joinable!(recordings -> conversations (conversation_id));
diesel::joinable!(retention_holds -> conversations (conversation_id));
diesel::joinable!(scorecard_versions -> scorecards (scorecard_id));
diesel::joinable!(draws -> sampling_plans (plan_id));
diesel::joinable!(draw_agents -> draws (draw_id));
diesel::joinable!(draw_agents -> agents (agent_id));
diesel::joinable!(draw_agents -> teams (team_id));
diesel::joinable!(samples -> draws (draw_id));
diesel::joinable!(samples -> sampling_plans (plan_id));
diesel::joinable!(samples -> agents (agent_id));
diesel::joinable!(samples -> conversations (conversation_id));
diesel::joinable!(samples -> scorecard_versions (scorecard_version_id));
diesel::joinable!(samples -> users (inspector_id));
diesel::joinable!(drafts -> samples (sample_id));
diesel::joinable!(drafts -> users (inspector_id));
diesel::joinable!(evaluations -> samples (sample_id));
diesel::joinable!(evaluations -> conversations (conversation_id));
diesel::joinable!(evaluations -> agents (agent_id));
diesel::joinable!(evaluations -> users (inspector_id));
diesel::joinable!(evaluations -> scorecard_versions (scorecard_version_id));
diesel::joinable!(evaluation_revisions -> evaluations (evaluation_id));
diesel::joinable!(evaluation_acknowledgements -> evaluations (evaluation_id));
diesel::joinable!(evaluation_acknowledgements -> users (user_id));
diesel::joinable!(evaluation_items -> evaluations (evaluation_id));
diesel::joinable!(violations -> evaluations (evaluation_id));
diesel::joinable!(violations -> conversations (conversation_id));
diesel::joinable!(violations -> agents (agent_id));
diesel::joinable!(violations -> violation_types (type_id));
diesel::joinable!(ledger -> agents (agent_id));
diesel::joinable!(sessions -> users (user_id));
diesel::joinable!(user_settings -> users (user_id));
diesel::joinable!(complaints -> agents (agent_id));
diesel::joinable!(complaints -> conversations (conversation_id));
diesel::joinable!(breaches -> agents (agent_id));
diesel::joinable!(escalations -> evaluations (evaluation_id));
diesel::joinable!(escalations -> conversations (conversation_id));
diesel::joinable!(escalations -> agents (agent_id));
diesel::joinable!(escalation_findings -> escalations (escalation_id));
diesel::joinable!(escalation_findings -> violations (violation_id));
diesel::joinable!(escalation_events -> escalations (escalation_id));
diesel::joinable!(escalation_told -> escalations (escalation_id));
diesel::joinable!(escalation_told -> users (user_id));
diesel::joinable!(escalation_links -> escalations (escalation_id));
diesel::joinable!(escalation_links -> users (user_id));
diesel::joinable!(appeals -> evaluations (evaluation_id));
diesel::joinable!(appeals -> complaints (complaint_id));
diesel::joinable!(appeals -> breaches (breach_id));
diesel::joinable!(appeals -> agents (agent_id));
diesel::joinable!(appeals -> users (made_by));
diesel::joinable!(appeal_points -> appeals (appeal_id));
diesel::joinable!(appeal_points -> violations (violation_id));
diesel::joinable!(appeal_decisions -> appeals (appeal_id));
diesel::joinable!(appeal_attachments -> appeals (appeal_id));
diesel::joinable!(follow_ups -> agents (agent_id));
diesel::joinable!(follow_ups -> evaluations (evaluation_id));
diesel::joinable!(follow_ups -> violations (violation_id));
diesel::joinable!(follow_ups -> escalations (escalation_id));
diesel::joinable!(follow_ups -> appeals (appeal_id));
diesel::joinable!(follow_ups -> users (owner_id));
diesel::joinable!(regrades -> regrade_draws (draw_id));
diesel::joinable!(regrades -> evaluations (evaluation_id));
diesel::joinable!(calibrations -> conversations (conversation_id));
diesel::joinable!(calibrations -> scorecard_versions (scorecard_version_id));
diesel::joinable!(calibrations -> users (reference_id));
diesel::joinable!(calibration_grades -> calibrations (calibration_id));
diesel::joinable!(calibration_grades -> users (user_id));

diesel::allow_columns_to_appear_in_same_group_by_clause!(
    evaluations::agent_id,
    evaluations::scorecard_version_id,
    evaluation_items::item_code,
);

diesel::allow_columns_to_appear_in_same_group_by_clause!(calibration_grades::user_id, calibrations::due_on);

diesel::allow_tables_to_appear_in_same_query!(
    agent_teams,
    agents,
    answers,
    appeal_attachments,
    appeal_decisions,
    appeal_points,
    appeals,
    attendance,
    audit,
    audit_seals,
    bulk_letters,
    breaches,
    calibration_grades,
    calibrations,
    complaints,
    conversation_days,
    conversations,
    drafts,
    draw_agents,
    draws,
    escalation_events,
    escalation_findings,
    escalation_links,
    escalation_told,
    escalations,
    evaluation_acknowledgements,
    evaluation_items,
    evaluation_revisions,
    evaluations,
    file_deletions,
    fine_policies,
    follow_ups,
    grants,
    import_runs,
    imports,
    leases,
    ledger,
    login_attempts,
    mail_preferences,
    organisation,
    outbox,
    outbox_about,
    pass_policies,
    period_agents,
    period_files,
    period_fine_lines,
    period_units,
    periods,
    recordings,
    regrade_draws,
    regrades,
    retention_holds,
    retention_progress,
    samples,
    sampling_plans,
    scorecard_versions,
    scorecards,
    sessions,
    settings,
    team_ancestors,
    teams,
    tokens,
    transcripts,
    user_settings,
    users,
    vendors,
    violation_types,
    violations,
    webhooks,
);
