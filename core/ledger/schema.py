"""The first schema, word for word. Later steps stand in `migrations`; this text never changes.

Moments are UTC ISO-8601 text; money is integer micro-dollars, NULL where unknown.
"""

from __future__ import annotations

APPEND_ONLY = (
    "event",
    "money",
    "verdict",
    "note",
    "failure",
    "measurement",
    "hours",
    "gate_decision",
    "suggestion_decision",
)
"""A correction is another row: triggers refuse UPDATE and DELETE."""
NEVER_DELETED = ("take", "submission", "chain", "account", "command", "task", "gate", "suggestion")

_TABLES = (
    """CREATE TABLE event (
      id INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, kind TEXT NOT NULL,
      chain TEXT NOT NULL DEFAULT '', shot TEXT NOT NULL DEFAULT '', take_id INTEGER,
      text TEXT NOT NULL DEFAULT '', data TEXT NOT NULL DEFAULT '{}') STRICT""",
    """CREATE TABLE chain (
      id TEXT PRIMARY KEY, state TEXT NOT NULL CHECK (state IN ('active', 'paused')),
      pause_reason TEXT NOT NULL DEFAULT '' CHECK (pause_reason IN
        ('', 'budget', 'key_limit', 'moderation', 'refused', 'in_doubt', 'review', 'drift', 'manual', 'disk')),
      pause_note TEXT NOT NULL DEFAULT '', at TEXT NOT NULL,
      CHECK ((state = 'paused') = (pause_reason <> ''))) STRICT""",
    """CREATE TABLE take (
      id INTEGER PRIMARY KEY, chain TEXT NOT NULL, shot TEXT NOT NULL, n INTEGER NOT NULL CHECK (n > 0),
      state TEXT NOT NULL, order_id TEXT NOT NULL, position INTEGER NOT NULL, seam TEXT NOT NULL,
      provider TEXT NOT NULL, model TEXT NOT NULL, seed INTEGER NOT NULL CHECK (seed BETWEEN 0 AND 2147483647),
      pass TEXT NOT NULL DEFAULT '', plan_hash TEXT NOT NULL DEFAULT '', request_hash TEXT NOT NULL DEFAULT '',
      prompt TEXT NOT NULL DEFAULT '', source_take INTEGER REFERENCES take(id), in_sha TEXT NOT NULL DEFAULT '',
      frames INTEGER, fps TEXT NOT NULL DEFAULT '', width INTEGER, height INTEGER,
      agreed INTEGER CHECK (agreed >= 0), sha TEXT NOT NULL DEFAULT '', first_sha TEXT NOT NULL DEFAULT '',
      last_sha TEXT NOT NULL DEFAULT '', would_cost INTEGER CHECK (would_cost >= 0), created_at TEXT NOT NULL, state_at TEXT NOT NULL,
      note TEXT NOT NULL DEFAULT '', UNIQUE (shot, n)) STRICT""",
    """CREATE TABLE submission (
      id INTEGER PRIMARY KEY, subject_kind TEXT NOT NULL CHECK (subject_kind IN ('take', 'asset', 'validation')),
      subject_id INTEGER NOT NULL, chain TEXT NOT NULL DEFAULT '', shot TEXT NOT NULL DEFAULT '',
      state TEXT NOT NULL CHECK (state IN ('reserved', 'intent', 'in_doubt', 'accepted',
        'not_sent', 'refused', 'absent', 'cancelled', 'written_off', 'closed')),
      provider TEXT NOT NULL, key TEXT NOT NULL UNIQUE, request_hash TEXT NOT NULL, job_id TEXT,
      day TEXT NOT NULL, intent_at TEXT, done_at TEXT, http_status INTEGER,
      price_row TEXT NOT NULL DEFAULT '', note TEXT NOT NULL DEFAULT '') STRICT""",
    """CREATE TABLE money (
      id INTEGER PRIMARY KEY, submission_id INTEGER NOT NULL REFERENCES submission(id),
      kind TEXT NOT NULL CHECK (kind IN ('reserve', 'commit', 'settle', 'release', 'writeoff')),
      micro INTEGER NOT NULL CHECK (micro BETWEEN 0 AND 1000000000000000),
      certainty TEXT NOT NULL CHECK (certainty IN ('exact', 'estimated', 'unknown')),
      at TEXT NOT NULL, UNIQUE (submission_id, kind)) STRICT""",
    """CREATE TABLE balance (
      scope TEXT NOT NULL CHECK (scope IN ('film', 'chain', 'day', 'take')), id TEXT NOT NULL,
      reserved INTEGER NOT NULL DEFAULT 0 CHECK (reserved >= 0),
      committed INTEGER NOT NULL DEFAULT 0 CHECK (committed >= 0),
      settled INTEGER NOT NULL DEFAULT 0 CHECK (settled >= 0), PRIMARY KEY (scope, id)) STRICT, WITHOUT ROWID""",
    """CREATE TABLE verdict (
      id INTEGER PRIMARY KEY,
      subject_kind TEXT NOT NULL CHECK (subject_kind IN ('take', 'seam', 'board', 'cut', 'delivery')),
      subject_id TEXT NOT NULL, shot TEXT NOT NULL DEFAULT '', take_id INTEGER REFERENCES take(id),
      verdict TEXT NOT NULL CHECK (verdict IN ('approve', 'reject', 'hold')), note TEXT NOT NULL DEFAULT '',
      person TEXT NOT NULL CHECK (person <> ''), role TEXT NOT NULL DEFAULT '', sha TEXT NOT NULL DEFAULT '',
      at TEXT NOT NULL) STRICT""",
    """CREATE TABLE note (
      id INTEGER PRIMARY KEY, subject_kind TEXT NOT NULL, subject_id TEXT NOT NULL,
      shot TEXT NOT NULL DEFAULT '', timecode TEXT NOT NULL DEFAULT '', text TEXT NOT NULL,
      person TEXT NOT NULL, at TEXT NOT NULL) STRICT""",
    """CREATE TABLE failure (
      id INTEGER PRIMARY KEY, category TEXT NOT NULL, chain TEXT NOT NULL DEFAULT '', shot TEXT NOT NULL,
      take_id INTEGER REFERENCES take(id), broke TEXT NOT NULL, cause TEXT NOT NULL DEFAULT '',
      workaround TEXT NOT NULL DEFAULT '', origin TEXT NOT NULL DEFAULT '', outcome TEXT NOT NULL DEFAULT 'open',
      lesson TEXT NOT NULL DEFAULT '', micro INTEGER CHECK (micro >= 0), minutes INTEGER, person TEXT NOT NULL,
      supersedes INTEGER REFERENCES failure(id), at TEXT NOT NULL) STRICT""",
    """CREATE TABLE measurement (
      id INTEGER PRIMARY KEY, subject_kind TEXT NOT NULL, subject_id TEXT NOT NULL,
      take_id INTEGER REFERENCES take(id), name TEXT NOT NULL, value REAL,
      data TEXT NOT NULL DEFAULT '{}', at TEXT NOT NULL) STRICT""",
    """CREATE TABLE hours (
      id INTEGER PRIMARY KEY, category TEXT NOT NULL, person TEXT NOT NULL, minutes INTEGER NOT NULL,
      note TEXT NOT NULL DEFAULT '', at TEXT NOT NULL) STRICT""",
    """CREATE TABLE gate (
      id INTEGER PRIMARY KEY, kind TEXT NOT NULL, subject TEXT NOT NULL, question TEXT NOT NULL,
      micro INTEGER CHECK (micro >= 0), bound_hash TEXT NOT NULL DEFAULT '', at TEXT NOT NULL) STRICT""",
    """CREATE TABLE gate_decision (
      id INTEGER PRIMARY KEY, gate_id INTEGER NOT NULL REFERENCES gate(id),
      decision TEXT NOT NULL CHECK (decision IN ('approve', 'deny')), person TEXT NOT NULL CHECK (person <> ''),
      role TEXT NOT NULL DEFAULT '', why TEXT NOT NULL DEFAULT '', at TEXT NOT NULL) STRICT""",
    """CREATE TABLE command (
      id INTEGER PRIMARY KEY, kind TEXT NOT NULL, args TEXT NOT NULL DEFAULT '{}', person TEXT NOT NULL,
      state TEXT NOT NULL CHECK (state IN ('queued', 'done', 'failed')), answer TEXT NOT NULL DEFAULT '',
      at TEXT NOT NULL, done_at TEXT) STRICT""",
    """CREATE TABLE task (
      id INTEGER PRIMARY KEY, title TEXT NOT NULL, owner TEXT NOT NULL DEFAULT '', due TEXT NOT NULL DEFAULT '',
      source TEXT NOT NULL DEFAULT '', consequence TEXT NOT NULL DEFAULT '', review_path TEXT NOT NULL DEFAULT '',
      state TEXT NOT NULL CHECK (state IN ('open', 'done', 'dropped')), at TEXT NOT NULL, state_at TEXT NOT NULL) STRICT""",
    """CREATE TABLE suggestion (
      id INTEGER PRIMARY KEY, text TEXT NOT NULL, source TEXT NOT NULL, reason TEXT NOT NULL,
      next_action TEXT NOT NULL DEFAULT '', model TEXT NOT NULL DEFAULT '', at TEXT NOT NULL) STRICT""",
    """CREATE TABLE suggestion_decision (
      id INTEGER PRIMARY KEY, suggestion_id INTEGER NOT NULL REFERENCES suggestion(id),
      decision TEXT NOT NULL CHECK (decision IN ('accept', 'reject')), person TEXT NOT NULL CHECK (person <> ''),
      why TEXT NOT NULL DEFAULT '', at TEXT NOT NULL) STRICT""",
    """CREATE TABLE account (
      provider TEXT PRIMARY KEY, state TEXT NOT NULL CHECK (state IN ('active', 'blocked')),
      reason TEXT NOT NULL DEFAULT '', balance INTEGER, limit_remaining INTEGER,
      resets_at TEXT NOT NULL DEFAULT '', read_at TEXT NOT NULL DEFAULT '', free INTEGER NOT NULL DEFAULT 0) STRICT""",
)

_INDEXES = (
    # The last line of defence against paying twice stands in the database, not in hope.
    """CREATE UNIQUE INDEX one_live_submission ON submission (subject_kind, subject_id)
       WHERE state IN ('reserved', 'intent', 'in_doubt', 'accepted')""",
    "CREATE UNIQUE INDEX one_circled ON take (shot) WHERE state = 'approved'",
    "CREATE UNIQUE INDEX one_owner_a_job ON submission (provider, job_id) WHERE job_id IS NOT NULL",
    "CREATE INDEX submission_subject ON submission (subject_kind, subject_id)",
    "CREATE INDEX submission_doubt ON submission (state) WHERE state IN ('reserved', 'intent', 'in_doubt')",
    "CREATE INDEX take_chain_state ON take (chain, state, position)",
    "CREATE INDEX take_order ON take (order_id, shot)",
    "CREATE INDEX verdict_subject ON verdict (subject_kind, subject_id)",
    "CREATE INDEX verdict_take ON verdict (take_id)",
    "CREATE INDEX failure_shot ON failure (shot)",
    "CREATE INDEX measurement_take ON measurement (take_id)",
    "CREATE INDEX note_shot ON note (shot)",
    "CREATE INDEX command_queued ON command (state) WHERE state = 'queued'",
)


def _not_changed(table: str) -> str:
    return (
        f"CREATE TRIGGER {table}_is_not_changed BEFORE UPDATE ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only: a correction is another row'); END"
    )


def _not_deleted(table: str) -> str:
    return (
        f"CREATE TRIGGER {table}_is_not_deleted BEFORE DELETE ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table} rows are never deleted'); END"
    )


def _guards() -> tuple[str, ...]:
    refused = [_not_changed(table) for table in APPEND_ONLY]
    refused += [_not_deleted(table) for table in (*APPEND_ONLY, *NEVER_DELETED)]
    refused.append(
        "CREATE TRIGGER take_keeps_its_name BEFORE UPDATE OF id, shot, n, seed ON take "
        "BEGIN SELECT RAISE(ABORT, 'a take keeps its shot, number and seed'); END"
    )
    refused.append(
        "CREATE TRIGGER submission_keeps_its_subject "
        "BEFORE UPDATE OF id, subject_kind, subject_id, provider, key, request_hash ON submission "
        "BEGIN SELECT RAISE(ABORT, 'a submission keeps its subject, provider, key and request'); END"
    )
    refused.append(
        "CREATE TRIGGER job_keeps_its_owner BEFORE UPDATE OF job_id ON submission "
        "WHEN old.job_id IS NOT NULL AND new.job_id IS NOT old.job_id "
        "BEGIN SELECT RAISE(ABORT, 'a job keeps its owner'); END"
    )
    return tuple(refused)


SPINE: tuple[str, ...] = (*_TABLES, *_INDEXES, *_guards())

# Which key paid: a film outlives its keys, and what a key owes stands in the user's folder.
KEYS: tuple[str, ...] = (
    "ALTER TABLE submission ADD COLUMN key_id TEXT NOT NULL DEFAULT ''",
    """CREATE TRIGGER submission_keeps_its_payer BEFORE UPDATE OF key_id ON submission
       BEGIN SELECT RAISE(ABORT, 'a submission keeps the key that pays'); END""",
    "CREATE INDEX submission_payer ON submission (key_id) WHERE key_id <> ''",
)

DESK_APPEND_ONLY = ("rescue", "score", "commitment", "commitment_row")
DESK: tuple[str, ...] = (
    # How a seam is mended, and the task that was made of it.
    """ALTER TABLE verdict ADD COLUMN fix TEXT NOT NULL DEFAULT ''
       CHECK (fix IN ('', 'trim', 'dissolve', 'bridge', 'retake'))""",
    "ALTER TABLE verdict ADD COLUMN task_id INTEGER REFERENCES task(id)",
    # A note on a take; a later row resolves an earlier one.
    "ALTER TABLE note ADD COLUMN take_id INTEGER REFERENCES take(id)",
    "ALTER TABLE note ADD COLUMN resolves INTEGER REFERENCES note(id)",
    "ALTER TABLE task ADD COLUMN step TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE task ADD COLUMN output TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE task ADD COLUMN link TEXT NOT NULL DEFAULT ''",
    """ALTER TABLE task ADD COLUMN approval TEXT NOT NULL DEFAULT ''
       CHECK (approval IN ('', 'waiting', 'approved', 'refused'))""",
    "ALTER TABLE task ADD COLUMN approved_by TEXT NOT NULL DEFAULT ''",
    # Where a suggestion comes from (a link that resolves), and what it is about.
    "ALTER TABLE suggestion ADD COLUMN link TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE suggestion ADD COLUMN kind TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE suggestion ADD COLUMN data TEXT NOT NULL DEFAULT '{}'",
    """CREATE TABLE rescue (
      id INTEGER PRIMARY KEY, take_id INTEGER NOT NULL UNIQUE REFERENCES take(id),
      of_take INTEGER REFERENCES take(id),
      approach TEXT NOT NULL CHECK (approach IN
        ('relight', 'regenerate', 'composite', 'background fix', 'reframe', 'trim', 'plate', 'elsewhere')),
      original_model TEXT NOT NULL DEFAULT '', source TEXT NOT NULL DEFAULT '',
      micro INTEGER CHECK (micro BETWEEN 0 AND 1000000000000000), note TEXT NOT NULL DEFAULT '',
      person TEXT NOT NULL CHECK (person <> ''), at TEXT NOT NULL) STRICT""",
    """CREATE TABLE score (
      id INTEGER PRIMARY KEY,
      subject_kind TEXT NOT NULL CHECK (subject_kind IN ('take', 'seam', 'board', 'cut', 'delivery')),
      subject_id TEXT NOT NULL, item TEXT NOT NULL, score INTEGER NOT NULL CHECK (score BETWEEN 1 AND 5),
      note TEXT NOT NULL DEFAULT '', person TEXT NOT NULL CHECK (person <> ''), role TEXT NOT NULL DEFAULT '',
      sha TEXT NOT NULL DEFAULT '', at TEXT NOT NULL) STRICT""",
    """CREATE TABLE commitment (
      id INTEGER PRIMARY KEY, kind TEXT NOT NULL CHECK (kind IN ('legal', 'safety', 'client')),
      text TEXT NOT NULL, link TEXT NOT NULL DEFAULT '', person TEXT NOT NULL CHECK (person <> ''),
      at TEXT NOT NULL) STRICT""",
    # A model may attach evidence; only a person closes or opens again.
    """CREATE TABLE commitment_row (
      id INTEGER PRIMARY KEY, commitment_id INTEGER NOT NULL REFERENCES commitment(id),
      kind TEXT NOT NULL CHECK (kind IN ('evidence', 'closed', 'reopened')), text TEXT NOT NULL,
      link TEXT NOT NULL DEFAULT '', person TEXT NOT NULL DEFAULT '', model TEXT NOT NULL DEFAULT '',
      at TEXT NOT NULL, CHECK (person <> '' OR (kind = 'evidence' AND model <> ''))) STRICT""",
    # When a person last asked what happened while they were away.
    "CREATE TABLE seen (person TEXT PRIMARY KEY CHECK (person <> ''), at TEXT NOT NULL) STRICT",
    "CREATE INDEX note_subject ON note (subject_kind, subject_id)",
    "CREATE INDEX score_subject ON score (subject_kind, subject_id)",
    *(_not_changed(table) for table in DESK_APPEND_ONLY),
    *(_not_deleted(table) for table in DESK_APPEND_ONLY),
)
