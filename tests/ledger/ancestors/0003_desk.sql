PRAGMA application_id=1381323592;
BEGIN TRANSACTION;
CREATE TABLE account (
      provider TEXT PRIMARY KEY, state TEXT NOT NULL CHECK (state IN ('active', 'blocked')),
      reason TEXT NOT NULL DEFAULT '', balance INTEGER, limit_remaining INTEGER,
      resets_at TEXT NOT NULL DEFAULT '', read_at TEXT NOT NULL DEFAULT '', free INTEGER NOT NULL DEFAULT 0) STRICT;
INSERT INTO "account" VALUES('animatic','active','',NULL,NULL,'','',0);
CREATE TABLE balance (
      scope TEXT NOT NULL CHECK (scope IN ('film', 'chain', 'day', 'take')), id TEXT NOT NULL,
      reserved INTEGER NOT NULL DEFAULT 0 CHECK (reserved >= 0),
      committed INTEGER NOT NULL DEFAULT 0 CHECK (committed >= 0),
      settled INTEGER NOT NULL DEFAULT 0 CHECK (settled >= 0), PRIMARY KEY (scope, id)) STRICT, WITHOUT ROWID;
INSERT INTO "balance" VALUES('film','',250000,0,0);
CREATE TABLE chain (
      id TEXT PRIMARY KEY, state TEXT NOT NULL CHECK (state IN ('active', 'paused')),
      pause_reason TEXT NOT NULL DEFAULT '' CHECK (pause_reason IN
        ('', 'budget', 'key_limit', 'moderation', 'refused', 'in_doubt', 'review', 'drift', 'manual', 'disk')),
      pause_note TEXT NOT NULL DEFAULT '', at TEXT NOT NULL,
      CHECK ((state = 'paused') = (pause_reason <> ''))) STRICT;
INSERT INTO "chain" VALUES('one','active','','','2026-03-01T09:00:00.000Z');
CREATE TABLE command (
      id INTEGER PRIMARY KEY, kind TEXT NOT NULL, args TEXT NOT NULL DEFAULT '{}', person TEXT NOT NULL,
      state TEXT NOT NULL CHECK (state IN ('queued', 'done', 'failed')), answer TEXT NOT NULL DEFAULT '',
      at TEXT NOT NULL, done_at TEXT) STRICT;
INSERT INTO "command" VALUES(1,'pause','{}','A Director','queued','','2026-03-01T09:00:00.000Z',NULL);
CREATE TABLE commitment (
      id INTEGER PRIMARY KEY, kind TEXT NOT NULL CHECK (kind IN ('legal', 'safety', 'client')),
      text TEXT NOT NULL, link TEXT NOT NULL DEFAULT '', person TEXT NOT NULL CHECK (person <> ''),
      at TEXT NOT NULL) STRICT;
INSERT INTO "commitment" VALUES(1,'legal','the song is cleared','','A Director','2026-03-01T09:00:00.000Z');
CREATE TABLE commitment_row (
      id INTEGER PRIMARY KEY, commitment_id INTEGER NOT NULL REFERENCES commitment(id),
      kind TEXT NOT NULL CHECK (kind IN ('evidence', 'closed', 'reopened')), text TEXT NOT NULL,
      link TEXT NOT NULL DEFAULT '', person TEXT NOT NULL DEFAULT '', model TEXT NOT NULL DEFAULT '',
      at TEXT NOT NULL, CHECK (person <> '' OR (kind = 'evidence' AND model <> ''))) STRICT;
INSERT INTO "commitment_row" VALUES(1,1,'closed','yes','','A Director','','2026-03-01T09:00:00.000Z');
CREATE TABLE event (
      id INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, kind TEXT NOT NULL,
      chain TEXT NOT NULL DEFAULT '', shot TEXT NOT NULL DEFAULT '', take_id INTEGER,
      text TEXT NOT NULL DEFAULT '', data TEXT NOT NULL DEFAULT '{}') STRICT;
INSERT INTO "event" VALUES(1,'2026-03-01T09:00:00.000Z','take.planned','','',1,'','{}');
CREATE TABLE failure (
      id INTEGER PRIMARY KEY, category TEXT NOT NULL, chain TEXT NOT NULL DEFAULT '', shot TEXT NOT NULL,
      take_id INTEGER REFERENCES take(id), broke TEXT NOT NULL, cause TEXT NOT NULL DEFAULT '',
      workaround TEXT NOT NULL DEFAULT '', origin TEXT NOT NULL DEFAULT '', outcome TEXT NOT NULL DEFAULT 'open',
      lesson TEXT NOT NULL DEFAULT '', micro INTEGER CHECK (micro >= 0), minutes INTEGER, person TEXT NOT NULL,
      supersedes INTEGER REFERENCES failure(id), at TEXT NOT NULL) STRICT;
INSERT INTO "failure" VALUES(1,'hands','','S101',1,'six','','','','open','',NULL,NULL,'A',NULL,'2026-03-01T09:00:00.000Z');
CREATE TABLE gate (
      id INTEGER PRIMARY KEY, kind TEXT NOT NULL, subject TEXT NOT NULL, question TEXT NOT NULL,
      micro INTEGER CHECK (micro >= 0), bound_hash TEXT NOT NULL DEFAULT '', at TEXT NOT NULL) STRICT;
INSERT INTO "gate" VALUES(1,'spend','one','go on?',1,'','2026-03-01T09:00:00.000Z');
CREATE TABLE gate_decision (
      id INTEGER PRIMARY KEY, gate_id INTEGER NOT NULL REFERENCES gate(id),
      decision TEXT NOT NULL CHECK (decision IN ('approve', 'deny')), person TEXT NOT NULL CHECK (person <> ''),
      role TEXT NOT NULL DEFAULT '', why TEXT NOT NULL DEFAULT '', at TEXT NOT NULL) STRICT;
INSERT INTO "gate_decision" VALUES(1,1,'approve','A Director','','','2026-03-01T09:00:00.000Z');
CREATE TABLE hours (
      id INTEGER PRIMARY KEY, category TEXT NOT NULL, person TEXT NOT NULL, minutes INTEGER NOT NULL,
      note TEXT NOT NULL DEFAULT '', at TEXT NOT NULL) STRICT;
INSERT INTO "hours" VALUES(1,'review','A Director',20,'','2026-03-01T09:00:00.000Z');
CREATE TABLE measurement (
      id INTEGER PRIMARY KEY, subject_kind TEXT NOT NULL, subject_id TEXT NOT NULL,
      take_id INTEGER REFERENCES take(id), name TEXT NOT NULL, value REAL,
      data TEXT NOT NULL DEFAULT '{}', at TEXT NOT NULL) STRICT;
INSERT INTO "measurement" VALUES(1,'seam','1',NULL,'ssim',0.99,'{}','2026-03-01T09:00:00.000Z');
CREATE TABLE migration (name TEXT PRIMARY KEY, at TEXT NOT NULL) STRICT;
INSERT INTO "migration" VALUES('0001_spine','2026-03-01T09:00:00.000Z');
INSERT INTO "migration" VALUES('0002_keys','2026-03-01T09:00:00.000Z');
INSERT INTO "migration" VALUES('0003_desk','2026-03-01T09:00:00.000Z');
CREATE TABLE money (
      id INTEGER PRIMARY KEY, submission_id INTEGER NOT NULL REFERENCES submission(id),
      kind TEXT NOT NULL CHECK (kind IN ('reserve', 'commit', 'settle', 'release', 'writeoff')),
      micro INTEGER NOT NULL CHECK (micro BETWEEN 0 AND 1000000000000000),
      certainty TEXT NOT NULL CHECK (certainty IN ('exact', 'estimated', 'unknown')),
      at TEXT NOT NULL, UNIQUE (submission_id, kind)) STRICT;
INSERT INTO "money" VALUES(1,1,'reserve',250000,'estimated','2026-03-01T09:00:00.000Z');
CREATE TABLE note (
      id INTEGER PRIMARY KEY, subject_kind TEXT NOT NULL, subject_id TEXT NOT NULL,
      shot TEXT NOT NULL DEFAULT '', timecode TEXT NOT NULL DEFAULT '', text TEXT NOT NULL,
      person TEXT NOT NULL, at TEXT NOT NULL, take_id INTEGER REFERENCES take(id), resolves INTEGER REFERENCES note(id)) STRICT;
INSERT INTO "note" VALUES(1,'take','1','','','the hand','A Director','2026-03-01T09:00:00.000Z',NULL,NULL);
CREATE TABLE rescue (
      id INTEGER PRIMARY KEY, take_id INTEGER NOT NULL UNIQUE REFERENCES take(id),
      of_take INTEGER REFERENCES take(id),
      approach TEXT NOT NULL CHECK (approach IN
        ('relight', 'regenerate', 'composite', 'background fix', 'reframe', 'trim', 'plate', 'elsewhere')),
      original_model TEXT NOT NULL DEFAULT '', source TEXT NOT NULL DEFAULT '',
      micro INTEGER CHECK (micro BETWEEN 0 AND 1000000000000000), note TEXT NOT NULL DEFAULT '',
      person TEXT NOT NULL CHECK (person <> ''), at TEXT NOT NULL) STRICT;
INSERT INTO "rescue" VALUES(1,1,NULL,'relight','','',NULL,'','A Director','2026-03-01T09:00:00.000Z');
CREATE TABLE score (
      id INTEGER PRIMARY KEY,
      subject_kind TEXT NOT NULL CHECK (subject_kind IN ('take', 'seam', 'board', 'cut', 'delivery')),
      subject_id TEXT NOT NULL, item TEXT NOT NULL, score INTEGER NOT NULL CHECK (score BETWEEN 1 AND 5),
      note TEXT NOT NULL DEFAULT '', person TEXT NOT NULL CHECK (person <> ''), role TEXT NOT NULL DEFAULT '',
      sha TEXT NOT NULL DEFAULT '', at TEXT NOT NULL) STRICT;
INSERT INTO "score" VALUES(1,'take','1','sound',4,'','A Director','','','2026-03-01T09:00:00.000Z');
CREATE TABLE seen (person TEXT PRIMARY KEY CHECK (person <> ''), at TEXT NOT NULL) STRICT;
INSERT INTO "seen" VALUES('A Director','2026-03-01T09:00:00.000Z');
CREATE TABLE submission (
      id INTEGER PRIMARY KEY, subject_kind TEXT NOT NULL CHECK (subject_kind IN ('take', 'asset', 'validation')),
      subject_id INTEGER NOT NULL, chain TEXT NOT NULL DEFAULT '', shot TEXT NOT NULL DEFAULT '',
      state TEXT NOT NULL CHECK (state IN ('reserved', 'intent', 'in_doubt', 'accepted',
        'not_sent', 'refused', 'absent', 'cancelled', 'written_off', 'closed')),
      provider TEXT NOT NULL, key TEXT NOT NULL UNIQUE, request_hash TEXT NOT NULL, job_id TEXT,
      day TEXT NOT NULL, intent_at TEXT, done_at TEXT, http_status INTEGER,
      price_row TEXT NOT NULL DEFAULT '', note TEXT NOT NULL DEFAULT '', key_id TEXT NOT NULL DEFAULT '') STRICT;
INSERT INTO "submission" VALUES(1,'take',1,'','','reserved','animatic','k1','r',NULL,'2026-03-01',NULL,NULL,NULL,'','','');
CREATE TABLE suggestion (
      id INTEGER PRIMARY KEY, text TEXT NOT NULL, source TEXT NOT NULL, reason TEXT NOT NULL,
      next_action TEXT NOT NULL DEFAULT '', model TEXT NOT NULL DEFAULT '', at TEXT NOT NULL, link TEXT NOT NULL DEFAULT '', kind TEXT NOT NULL DEFAULT '', data TEXT NOT NULL DEFAULT '{}') STRICT;
INSERT INTO "suggestion" VALUES(1,'a wider lens','review','crowded','','','2026-03-01T09:00:00.000Z','','','{}');
CREATE TABLE suggestion_decision (
      id INTEGER PRIMARY KEY, suggestion_id INTEGER NOT NULL REFERENCES suggestion(id),
      decision TEXT NOT NULL CHECK (decision IN ('accept', 'reject')), person TEXT NOT NULL CHECK (person <> ''),
      why TEXT NOT NULL DEFAULT '', at TEXT NOT NULL) STRICT;
INSERT INTO "suggestion_decision" VALUES(1,1,'reject','A Director','','2026-03-01T09:00:00.000Z');
CREATE TABLE take (
      id INTEGER PRIMARY KEY, chain TEXT NOT NULL, shot TEXT NOT NULL, n INTEGER NOT NULL CHECK (n > 0),
      state TEXT NOT NULL, order_id TEXT NOT NULL, position INTEGER NOT NULL, seam TEXT NOT NULL,
      provider TEXT NOT NULL, model TEXT NOT NULL, seed INTEGER NOT NULL CHECK (seed BETWEEN 0 AND 2147483647),
      pass TEXT NOT NULL DEFAULT '', plan_hash TEXT NOT NULL DEFAULT '', request_hash TEXT NOT NULL DEFAULT '',
      prompt TEXT NOT NULL DEFAULT '', source_take INTEGER REFERENCES take(id), in_sha TEXT NOT NULL DEFAULT '',
      frames INTEGER, fps TEXT NOT NULL DEFAULT '', width INTEGER, height INTEGER,
      agreed INTEGER CHECK (agreed >= 0), sha TEXT NOT NULL DEFAULT '', first_sha TEXT NOT NULL DEFAULT '',
      last_sha TEXT NOT NULL DEFAULT '', would_cost INTEGER CHECK (would_cost >= 0), created_at TEXT NOT NULL, state_at TEXT NOT NULL,
      note TEXT NOT NULL DEFAULT '', UNIQUE (shot, n)) STRICT;
INSERT INTO "take" VALUES(1,'one','S101',1,'planned','o1',0,'text','animatic','still',7,'','','','',NULL,'',NULL,'',NULL,NULL,NULL,'','','',NULL,'2026-03-01T09:00:00.000Z','2026-03-01T09:00:00.000Z','');
CREATE TABLE task (
      id INTEGER PRIMARY KEY, title TEXT NOT NULL, owner TEXT NOT NULL DEFAULT '', due TEXT NOT NULL DEFAULT '',
      source TEXT NOT NULL DEFAULT '', consequence TEXT NOT NULL DEFAULT '', review_path TEXT NOT NULL DEFAULT '',
      state TEXT NOT NULL CHECK (state IN ('open', 'done', 'dropped')), at TEXT NOT NULL, state_at TEXT NOT NULL, step TEXT NOT NULL DEFAULT '', output TEXT NOT NULL DEFAULT '', link TEXT NOT NULL DEFAULT '', approval TEXT NOT NULL DEFAULT ''
       CHECK (approval IN ('', 'waiting', 'approved', 'refused')), approved_by TEXT NOT NULL DEFAULT '') STRICT;
INSERT INTO "task" VALUES(1,'clear the music','','','','','','open','2026-03-01T09:00:00.000Z','2026-03-01T09:00:00.000Z','','','','','');
CREATE TABLE verdict (
      id INTEGER PRIMARY KEY,
      subject_kind TEXT NOT NULL CHECK (subject_kind IN ('take', 'seam', 'board', 'cut', 'delivery')),
      subject_id TEXT NOT NULL, shot TEXT NOT NULL DEFAULT '', take_id INTEGER REFERENCES take(id),
      verdict TEXT NOT NULL CHECK (verdict IN ('approve', 'reject', 'hold')), note TEXT NOT NULL DEFAULT '',
      person TEXT NOT NULL CHECK (person <> ''), role TEXT NOT NULL DEFAULT '', sha TEXT NOT NULL DEFAULT '',
      at TEXT NOT NULL, fix TEXT NOT NULL DEFAULT ''
       CHECK (fix IN ('', 'trim', 'dissolve', 'bridge', 'retake')), task_id INTEGER REFERENCES task(id)) STRICT;
INSERT INTO "verdict" VALUES(1,'take','1','',1,'approve','','A Director','','','2026-03-01T09:00:00.000Z','',NULL);
CREATE UNIQUE INDEX one_live_submission ON submission (subject_kind, subject_id)
       WHERE state IN ('reserved', 'intent', 'in_doubt', 'accepted');
CREATE UNIQUE INDEX one_circled ON take (shot) WHERE state = 'approved';
CREATE UNIQUE INDEX one_owner_a_job ON submission (provider, job_id) WHERE job_id IS NOT NULL;
CREATE INDEX submission_subject ON submission (subject_kind, subject_id);
CREATE INDEX submission_doubt ON submission (state) WHERE state IN ('reserved', 'intent', 'in_doubt');
CREATE INDEX take_chain_state ON take (chain, state, position);
CREATE INDEX take_order ON take (order_id, shot);
CREATE INDEX verdict_subject ON verdict (subject_kind, subject_id);
CREATE INDEX verdict_take ON verdict (take_id);
CREATE INDEX failure_shot ON failure (shot);
CREATE INDEX measurement_take ON measurement (take_id);
CREATE INDEX note_shot ON note (shot);
CREATE INDEX command_queued ON command (state) WHERE state = 'queued';
CREATE TRIGGER event_is_not_changed BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'event is append-only: a correction is another row'); END;
CREATE TRIGGER money_is_not_changed BEFORE UPDATE ON money BEGIN SELECT RAISE(ABORT, 'money is append-only: a correction is another row'); END;
CREATE TRIGGER verdict_is_not_changed BEFORE UPDATE ON verdict BEGIN SELECT RAISE(ABORT, 'verdict is append-only: a correction is another row'); END;
CREATE TRIGGER note_is_not_changed BEFORE UPDATE ON note BEGIN SELECT RAISE(ABORT, 'note is append-only: a correction is another row'); END;
CREATE TRIGGER failure_is_not_changed BEFORE UPDATE ON failure BEGIN SELECT RAISE(ABORT, 'failure is append-only: a correction is another row'); END;
CREATE TRIGGER measurement_is_not_changed BEFORE UPDATE ON measurement BEGIN SELECT RAISE(ABORT, 'measurement is append-only: a correction is another row'); END;
CREATE TRIGGER hours_is_not_changed BEFORE UPDATE ON hours BEGIN SELECT RAISE(ABORT, 'hours is append-only: a correction is another row'); END;
CREATE TRIGGER gate_decision_is_not_changed BEFORE UPDATE ON gate_decision BEGIN SELECT RAISE(ABORT, 'gate_decision is append-only: a correction is another row'); END;
CREATE TRIGGER suggestion_decision_is_not_changed BEFORE UPDATE ON suggestion_decision BEGIN SELECT RAISE(ABORT, 'suggestion_decision is append-only: a correction is another row'); END;
CREATE TRIGGER event_is_not_deleted BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'event rows are never deleted'); END;
CREATE TRIGGER money_is_not_deleted BEFORE DELETE ON money BEGIN SELECT RAISE(ABORT, 'money rows are never deleted'); END;
CREATE TRIGGER verdict_is_not_deleted BEFORE DELETE ON verdict BEGIN SELECT RAISE(ABORT, 'verdict rows are never deleted'); END;
CREATE TRIGGER note_is_not_deleted BEFORE DELETE ON note BEGIN SELECT RAISE(ABORT, 'note rows are never deleted'); END;
CREATE TRIGGER failure_is_not_deleted BEFORE DELETE ON failure BEGIN SELECT RAISE(ABORT, 'failure rows are never deleted'); END;
CREATE TRIGGER measurement_is_not_deleted BEFORE DELETE ON measurement BEGIN SELECT RAISE(ABORT, 'measurement rows are never deleted'); END;
CREATE TRIGGER hours_is_not_deleted BEFORE DELETE ON hours BEGIN SELECT RAISE(ABORT, 'hours rows are never deleted'); END;
CREATE TRIGGER gate_decision_is_not_deleted BEFORE DELETE ON gate_decision BEGIN SELECT RAISE(ABORT, 'gate_decision rows are never deleted'); END;
CREATE TRIGGER suggestion_decision_is_not_deleted BEFORE DELETE ON suggestion_decision BEGIN SELECT RAISE(ABORT, 'suggestion_decision rows are never deleted'); END;
CREATE TRIGGER take_is_not_deleted BEFORE DELETE ON take BEGIN SELECT RAISE(ABORT, 'take rows are never deleted'); END;
CREATE TRIGGER submission_is_not_deleted BEFORE DELETE ON submission BEGIN SELECT RAISE(ABORT, 'submission rows are never deleted'); END;
CREATE TRIGGER chain_is_not_deleted BEFORE DELETE ON chain BEGIN SELECT RAISE(ABORT, 'chain rows are never deleted'); END;
CREATE TRIGGER account_is_not_deleted BEFORE DELETE ON account BEGIN SELECT RAISE(ABORT, 'account rows are never deleted'); END;
CREATE TRIGGER command_is_not_deleted BEFORE DELETE ON command BEGIN SELECT RAISE(ABORT, 'command rows are never deleted'); END;
CREATE TRIGGER task_is_not_deleted BEFORE DELETE ON task BEGIN SELECT RAISE(ABORT, 'task rows are never deleted'); END;
CREATE TRIGGER gate_is_not_deleted BEFORE DELETE ON gate BEGIN SELECT RAISE(ABORT, 'gate rows are never deleted'); END;
CREATE TRIGGER suggestion_is_not_deleted BEFORE DELETE ON suggestion BEGIN SELECT RAISE(ABORT, 'suggestion rows are never deleted'); END;
CREATE TRIGGER take_keeps_its_name BEFORE UPDATE OF id, shot, n, seed ON take BEGIN SELECT RAISE(ABORT, 'a take keeps its shot, number and seed'); END;
CREATE TRIGGER submission_keeps_its_subject BEFORE UPDATE OF id, subject_kind, subject_id, provider, key, request_hash ON submission BEGIN SELECT RAISE(ABORT, 'a submission keeps its subject, provider, key and request'); END;
CREATE TRIGGER job_keeps_its_owner BEFORE UPDATE OF job_id ON submission WHEN old.job_id IS NOT NULL AND new.job_id IS NOT old.job_id BEGIN SELECT RAISE(ABORT, 'a job keeps its owner'); END;
CREATE TRIGGER submission_keeps_its_payer BEFORE UPDATE OF key_id ON submission
       BEGIN SELECT RAISE(ABORT, 'a submission keeps the key that pays'); END;
CREATE INDEX submission_payer ON submission (key_id) WHERE key_id <> '';
CREATE INDEX note_subject ON note (subject_kind, subject_id);
CREATE INDEX score_subject ON score (subject_kind, subject_id);
CREATE TRIGGER rescue_is_not_changed BEFORE UPDATE ON rescue BEGIN SELECT RAISE(ABORT, 'rescue is append-only: a correction is another row'); END;
CREATE TRIGGER score_is_not_changed BEFORE UPDATE ON score BEGIN SELECT RAISE(ABORT, 'score is append-only: a correction is another row'); END;
CREATE TRIGGER commitment_is_not_changed BEFORE UPDATE ON commitment BEGIN SELECT RAISE(ABORT, 'commitment is append-only: a correction is another row'); END;
CREATE TRIGGER commitment_row_is_not_changed BEFORE UPDATE ON commitment_row BEGIN SELECT RAISE(ABORT, 'commitment_row is append-only: a correction is another row'); END;
CREATE TRIGGER rescue_is_not_deleted BEFORE DELETE ON rescue BEGIN SELECT RAISE(ABORT, 'rescue rows are never deleted'); END;
CREATE TRIGGER score_is_not_deleted BEFORE DELETE ON score BEGIN SELECT RAISE(ABORT, 'score rows are never deleted'); END;
CREATE TRIGGER commitment_is_not_deleted BEFORE DELETE ON commitment BEGIN SELECT RAISE(ABORT, 'commitment rows are never deleted'); END;
CREATE TRIGGER commitment_row_is_not_deleted BEFORE DELETE ON commitment_row BEGIN SELECT RAISE(ABORT, 'commitment_row rows are never deleted'); END;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('event',1);
COMMIT;
