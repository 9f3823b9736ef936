-- What is said of open permits: how likely they are to be late, and when they will be done. All of it is derived
-- (rules/forecast) and made anew every quarter of an hour: no event, no key to a permit; what is lost comes again.
-- Chances stand in thousandths.

-- A service's files are read from the newest back.
CREATE INDEX permit_of_sop ON permit (sop, id);

-- Of each open permit whose case clock has begun. A row may outlive its permit's end until the next round.
CREATE TABLE forecast (
  permit        bigint PRIMARY KEY,
  sop           text NOT NULL,
  missed        int NOT NULL CHECK (missed BETWEEN 0 AND 1000),        -- of missing the case's due
  legal_missed  int CHECK (legal_missed BETWEEN 0 AND 1000),           -- of missing the limit of law; NULL: none
  by_base       boolean NOT NULL,      -- the share of late ones is given, since it was the better forecast
  stands        boolean NOT NULL,      -- the case clock does: the finish is as if it went on at once
  finish_p50    timestamptz,           -- half end before it; NULL: farther ahead than can be told
  finish_p90    timestamptz,
  step          text NOT NULL,         -- why: the step it is in, in seconds of the service's clock how long,
  in_step       bigint NOT NULL,
  usual_in_step bigint,                -- how long half of those stay there,
  seconds_left  bigint NOT NULL,       -- until the due; below zero: past it,
  needs         bigint,                -- and what half of those in its place still need
  outcomes      int NOT NULL,          -- how many permits it rests on
  computed_at   timestamptz NOT NULL
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.1, autovacuum_vacuum_threshold = 1000);
CREATE INDEX forecast_sop ON forecast (sop);

-- One row a service: its last round, and its record of the last 90 days. The record's figures in millionths.
CREATE TABLE forecast_service (
  sop            text PRIMARY KEY,
  begun_at       timestamptz NOT NULL,        -- machine clock: whoever has begun a round has it to itself
  computed_at    timestamptz,                 -- office's clock; NULL: no round has ended yet
  outcomes       int NOT NULL DEFAULT 0,      -- known ones; below 30 nothing is said
  open           int NOT NULL DEFAULT 0,      -- permits that something is said of
  expected       bigint NOT NULL DEFAULT 0,   -- the sum of their chances, of those not late yet
  at_risk        int NOT NULL DEFAULT 0,
  judged         int NOT NULL DEFAULT 0,      -- forecasts whose outcome is known
  brier          bigint,
  base_brier     bigint,
  bias           bigint
);

-- What was said when a quarter, half and three quarters of a permit's standard had gone, and what came of it.
CREATE TABLE forecast_said (
  permit      bigint NOT NULL,
  share       int NOT NULL CHECK (share IN (25, 50, 75)),
  sop         text NOT NULL,
  said_at     timestamptz NOT NULL,
  gone        int NOT NULL,              -- of its standard, in thousandths
  chance      int NOT NULL,              -- before its record moved it
  base        int NOT NULL,              -- the share of late ones, of a year
  base_recent int NOT NULL,              -- of 90 days
  issued      int NOT NULL,              -- what was said
  hindsight   boolean NOT NULL,          -- made up later, of what had been known then
  late        boolean,                   -- NULL: not known yet
  due_at      timestamptz,               -- of those that are known
  PRIMARY KEY (permit, share)
);
CREATE INDEX forecast_said_known ON forecast_said (sop, due_at) WHERE late IS NOT NULL;
CREATE INDEX forecast_said_waiting ON forecast_said (sop) WHERE late IS NULL;

CREATE VIEW laporan.perkiraan AS
  SELECT f.permit AS id, p.number AS nomor, p.subject AS perihal, f.sop, f.step AS langkah,
         coalesce(s.name, f.step) AS langkah_nama, f.missed / 1000.0 AS kemungkinan_terlambat,
         f.legal_missed / 1000.0 AS kemungkinan_lewat_batas_hukum,
         f.missed >= 500 AND (p.case_due_at IS NULL OR p.case_due_at >= t.now) AS berisiko,
         p.case_due_at < t.now AS lewat_batas, p.case_due_at AS batas,
         f.finish_p50 AS perkiraan_p50, f.finish_p90 AS perkiraan_p90, f.stands AS waktu_berhenti,
         f.by_base AS dari_rata_rata, f.in_step AS di_langkah_detik, f.usual_in_step AS biasanya_detik,
         f.seconds_left AS sisa_detik, f.needs AS masih_perlu_detik, f.outcomes AS dasar_permohonan,
         f.computed_at AS dihitung_pada, w.zone AS zona, '/permohonan/' || f.permit AS halaman
  FROM forecast f
  JOIN permit p ON p.id = f.permit AND p.state IN ('active', 'returned') AND p.case_closed_at IS NULL
  LEFT JOIN sop_word w ON w.sop = f.sop AND w.kind = 'sop' AND w.id = f.sop
  LEFT JOIN sop_word s ON s.sop = f.sop AND s.kind = 'step' AND s.id = f.step
  CROSS JOIN (SELECT laporan.sekarang() AS now) t;
COMMENT ON VIEW laporan.perkiraan IS
  'Perkiraan setiap permohonan terbuka: kemungkinan terlambat, kemungkinan lewat batas hukum, dan kapan selesai. '
  'Diperbarui setiap seperempat jam.';

CREATE VIEW laporan.perkiraan_layanan AS
  SELECT w.sop, w.name AS izin, f.computed_at AS dihitung_pada, coalesce(f.outcomes, 0) AS dasar_permohonan,
         coalesce(f.outcomes, 0) >= 30 AS cukup_data, f.open AS permohonan, f.at_risk AS berisiko,
         f.expected / 1000.0 AS perkiraan_terlambat
  FROM sop_word w LEFT JOIN forecast_service f ON f.sop = w.sop
  WHERE w.kind = 'sop';
COMMENT ON VIEW laporan.perkiraan_layanan IS
  'Setiap layanan: banyaknya permohonan yang diperkirakan terlambat; cukup_data: paling sedikit 30 hasil diketahui.';

CREATE VIEW laporan.perkiraan_bulanan AS
  SELECT d.sop, laporan.bulan(d.due_at, w.zone) AS bulan, count(*) AS perkiraan,
         avg(d.late::int) AS bagian_terlambat, avg(d.issued / 1000.0) AS rata_perkiraan,
         avg(d.issued / 1000.0) - avg(d.late::int) AS bias,
         avg((d.issued / 1000.0 - d.late::int) ^ 2) AS brier,
         avg((d.base_recent / 1000.0 - d.late::int) ^ 2) AS brier_rata_rata,
         bool_or(d.hindsight) AS sebagian_dihitung_mundur
  FROM forecast_said d JOIN sop_word w ON w.sop = d.sop AND w.kind = 'sop'
  WHERE d.late IS NOT NULL GROUP BY 1, 2;
COMMENT ON VIEW laporan.perkiraan_bulanan IS
  'Catatan perkiraan sendiri, pada bulan batasnya: makin kecil brier makin tepat; brier_rata_rata adalah milik bagian '
  'terlambat 90 hari terakhir. bias di atas nol: terlalu gelap.';
