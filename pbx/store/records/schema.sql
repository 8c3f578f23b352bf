-- What calls leave behind. Times are Unix seconds; `steps` and `legs` are JSON arrays.

CREATE TABLE IF NOT EXISTS calls (
    number    INTEGER PRIMARY KEY,           -- the order they were written in: the clock may jump
    id        TEXT NOT NULL UNIQUE,
    direction TEXT NOT NULL,
    from_     TEXT NOT NULL,
    from_name TEXT NOT NULL,
    to_       TEXT NOT NULL,
    extension TEXT NOT NULL,
    outcome   TEXT NOT NULL,
    started   REAL NOT NULL,
    answered  REAL,
    ended     REAL NOT NULL,
    story     TEXT NOT NULL,
    trunk     TEXT NOT NULL,
    steps     TEXT NOT NULL,
    legs      TEXT NOT NULL
);

CREATE TABLE IF NOT EXISTS unfinished (      -- calls that leave something before they end: what is known of them by then
    id        TEXT PRIMARY KEY,
    call      TEXT NOT NULL                  -- JSON; gone as soon as the call has its row
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS tasks (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    extension TEXT NOT NULL,                 -- empty: the office's
    kind      TEXT NOT NULL,
    from_     TEXT NOT NULL,
    call      TEXT NOT NULL,
    created   REAL NOT NULL,
    done      INTEGER NOT NULL DEFAULT 0,
    UNIQUE (call, extension)                 -- one call is one task, whatever else becomes known of it
);
CREATE INDEX IF NOT EXISTS open_tasks_by_caller ON tasks (from_) WHERE done = 0;

CREATE TABLE IF NOT EXISTS messages (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,  -- never used again: an old id must not fetch another's message
    extension TEXT NOT NULL,
    from_     TEXT NOT NULL,
    call      TEXT NOT NULL,
    started   REAL NOT NULL,
    seconds   REAL NOT NULL,
    file      TEXT NOT NULL UNIQUE,
    heard     INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS messages_by_extension ON messages (extension);

CREATE INDEX IF NOT EXISTS calls_by_caller ON calls (from_);
CREATE INDEX IF NOT EXISTS calls_by_called ON calls (to_);
CREATE INDEX IF NOT EXISTS calls_by_start ON calls (started);
CREATE INDEX IF NOT EXISTS calls_by_end ON calls (ended);
-- All that a search looks at: it goes through this instead of the calls, which are ten times as long.
CREATE INDEX IF NOT EXISTS calls_as_searched ON calls (direction, outcome, started, from_, to_, from_name, story);
CREATE INDEX IF NOT EXISTS calls_over_trunk ON calls (trunk, direction, outcome);
CREATE INDEX IF NOT EXISTS messages_by_caller ON messages (from_);

CREATE TABLE IF NOT EXISTS parts (           -- who took part in a call, and so may see it
    extension TEXT NOT NULL,                 -- follows its bearer to another one
    call      INTEGER NOT NULL,              -- number of the call
    name      TEXT NOT NULL,                 -- the person's or group's name then
    PRIMARY KEY (extension, call)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS parts_by_call ON parts (call);

CREATE TABLE IF NOT EXISTS voices (
    call    TEXT PRIMARY KEY,
    samples BLOB NOT NULL                    -- compressed JSON: how each leg's voice went over time
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS traces (
    call  TEXT PRIMARY KEY,
    at    REAL NOT NULL,                     -- when the call ended
    trace BLOB NOT NULL                      -- compressed JSON: its SIP messages, nothing secret in them
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS traces_by_end ON traces (at);

CREATE TABLE IF NOT EXISTS sessions (
    hash    TEXT PRIMARY KEY,                -- SHA-256 of the token: whoever steals the file cannot be anybody
    account TEXT NOT NULL,
    stamp   TEXT NOT NULL,                   -- of name, role and password hash: when one changes, the session is over
    created REAL NOT NULL,
    seen    REAL NOT NULL
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS invitations (
    hash    TEXT PRIMARY KEY,                -- SHA-256 of the code
    account TEXT NOT NULL UNIQUE,
    stamp   TEXT NOT NULL,
    expires REAL NOT NULL
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS changes (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    at          REAL NOT NULL,
    who         TEXT NOT NULL,
    role        TEXT NOT NULL,
    verb        TEXT NOT NULL,
    differences TEXT NOT NULL,               -- JSON; with secrets, as in the settings
    along       TEXT NOT NULL,               -- JSON: what moved in the other tables with it
    undoes      INTEGER                      -- the change that this one takes back
);

CREATE TABLE IF NOT EXISTS task_log (
    id   INTEGER PRIMARY KEY,
    task INTEGER NOT NULL,
    at   REAL NOT NULL,
    who  TEXT NOT NULL,
    deed TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS task_log_by_task ON task_log (task);
CREATE TRIGGER IF NOT EXISTS task_log_goes AFTER DELETE ON tasks BEGIN
    DELETE FROM task_log WHERE task = OLD.id;
END;
