-- A month's figures are found by the month's instants, in an index, and cost the same however many
-- years lie before it.

-- Rows get into these once or twice in a permit's life; claims, steps and notices leave them alone.
CREATE INDEX permit_submitted ON permit (submitted_at);
CREATE INDEX permit_closed ON permit (case_closed_at) WHERE case_closed_at IS NOT NULL;
CREATE INDEX permit_late ON permit (case_due_at) WHERE case_missed_counted;
CREATE INDEX visit_closed ON visit (closed_at) WHERE closed_at IS NOT NULL;
CREATE INDEX visit_late ON visit (due_at) WHERE missed_counted;
CREATE INDEX pause_from ON pause USING brin (from_at) WITH (autosummarize = on);

-- A function, so that to the planner it is one relation: a view's joins with those of kunjungan would
-- be more than it reorders (join_collapse_limit), and the month would be looked at last.
CREATE FUNCTION laporan.bulan_sop()
  RETURNS TABLE (sop text, bulan date, dari timestamptz, sampai timestamptz, rentang tstzrange)
  LANGUAGE sql STABLE ROWS 100 SECURITY DEFINER SET search_path FROM CURRENT
  AS $$
    SELECT w.sop, b.awal::date, b.awal AT TIME ZONE w.zone,
           (b.awal + interval '1 month') AT TIME ZONE w.zone,
           tstzrange(b.awal AT TIME ZONE w.zone, (b.awal + interval '1 month') AT TIME ZONE w.zone)
    FROM sop_word w
    CROSS JOIN (SELECT min(submitted_at) AS first, laporan.sekarang() AS now
                FROM permit WHERE id > 0) t
    CROSS JOIN generate_series(date_trunc('month', t.first AT TIME ZONE w.zone),
                               t.now AT TIME ZONE w.zone, interval '1 month') AS b(awal)
    WHERE w.kind = 'sop'
  $$;
COMMENT ON FUNCTION laporan.bulan_sop() IS
  'Bulan setiap SOP sejak permohonan pertama: dari termasuk, sampai tidak. Gabungkan dengan waktu '
  'kejadian: pada >= dari AND pada < sampai AND pada <@ rentang; maka bulan lain tidak dibaca.';

-- As before, but a query that does not name the applicant reads none, and what can be taken back is
-- looked up by its key, however much of it there is.
CREATE OR REPLACE VIEW laporan.kasus AS
  SELECT p.id, p.number AS nomor, p.sop, coalesce(w.name, p.sop) AS izin, a.name AS pemohon,
         p.subject AS perihal, p.state AS status,
         CASE WHEN p.case_verdict = 'met' THEN 'tepat waktu'
              WHEN p.case_verdict = 'missed' THEN 'terlambat'
              WHEN p.case_closed_at IS NOT NULL THEN 'tanpa penilaian'
              WHEN p.case_opened_at IS NULL THEN 'belum dihitung'
              WHEN p.case_due_at < t.now THEN 'terlambat'
              WHEN p.state = 'returned' OR p.case_due_at IS NULL THEN 'dijeda'
              WHEN p.case_due_soon_at <= t.now THEN 'segera'
              ELSE 'sesuai waktu' END AS keadaan,
         p.submitted_at AS masuk, p.case_opened_at AS dihitung_sejak, p.case_due_at AS batas,
         p.case_closed_at AS selesai,
         CASE WHEN p.signings > 0 AND p.outcome <> 'refusal' THEN p.case_closed_at END AS terbit,
         p.case_verdict = 'met' AS tepat_waktu,
         p.case_missed_counted AS terlambat,
         CASE WHEN p.case_missed_counted
              THEN coalesce(p.case_due_at + interval '1 second', p.case_closed_at) END
           AS terlambat_sejak,
         p.case_closed_at IS NULL AND p.case_due_at < t.now AS lewat_batas,
         p.state = 'active' AND p.case_closed_at IS NULL AND p.case_due_at >= t.now
           AND (p.case_due_at AT TIME ZONE w.zone)::date = (t.now AT TIME ZONE w.zone)::date
           AS batas_hari_ini,
         p.legal_due_at AS batas_hukum,
         p.case_closed_at IS NULL AND p.legal_risk_at <= t.now AS risiko_fiktif_positif,
         p.case_elapsed AS waktu_kerja_detik,
         p.case_elapsed::numeric / nullif(w.day_seconds, 0) AS hari_kerja,
         w.zone AS zona,
         NOT EXISTS (SELECT FROM count_delta d
                     WHERE d.permit = p.id AND d.cause = (p.last_action ->> 'event')::bigint
                       AND d.counted_from > t.now) AS dihitung,
         '/permohonan/' || p.id AS halaman
  FROM permit p
  LEFT JOIN applicant a ON a.id = p.applicant
  LEFT JOIN sop_word w ON w.sop = p.sop AND w.kind = 'sop' AND w.id = p.sop
  CROSS JOIN (SELECT laporan.sekarang() AS now) t
  WHERE p.id > 0;

CREATE OR REPLACE VIEW laporan.kunjungan AS
  SELECT v.permit AS id, v.id AS kunjungan, p.number AS nomor, p.subject AS perihal, p.sop, v.step AS langkah,
         coalesce(s.name, v.step) AS langkah_nama, coalesce(s.position, 0) AS urutan,
         v.occurrence AS kunjungan_ke, v.role AS peran, coalesce(r.name, v.role) AS peran_nama,
         v.closed_at IS NULL AS terbuka,
         CASE WHEN v.verdict = 'met' THEN 'tepat waktu'
              WHEN v.verdict = 'missed' THEN 'terlambat'
              WHEN v.closed_at IS NOT NULL THEN 'tanpa penilaian'
              WHEN v.paused THEN 'dijeda'
              WHEN v.due_at IS NULL THEN 'tanpa batas'
              WHEN v.due_at < t.now THEN 'terlambat'
              WHEN v.due_soon_at <= t.now THEN 'segera'
              ELSE 'sesuai waktu' END AS keadaan,
         v.opened_at AS dibuka, v.claimed_at AS diambil, v.assignee <> '' AS ada_petugas,
         v.closed_at AS ditutup, v.action AS tindakan, v.due_at AS batas,
         v.verdict, v.missed_counted AS terlambat,
         CASE WHEN v.missed_counted
              THEN coalesce(v.due_at + interval '1 second', v.closed_at) END AS terlambat_sejak,
         coalesce(v.standard, s.standard) AS standar, s.standard_seconds AS standar_detik,
         CASE WHEN v.closed_at IS NOT NULL THEN v.elapsed END AS kerja_detik,
         v.waited AS menunggu_detik, v.handled AS mengerjakan_detik,
         v.closed_at IS NOT NULL AND coalesce(x.backward, false) AS pengembalian,
         v.deficiencies AS kekurangan,
         v.acknowledged ->> 'obstacle' AS kendala,
         w.zone AS zona,
         v.closed_at IS NOT NULL
           AND NOT ((p.last_action ->> 'closed_visit')::int = v.id
                    AND EXISTS (SELECT FROM count_delta d
                                WHERE d.permit = p.id AND d.cause = (p.last_action ->> 'event')::bigint
                                  AND d.counted_from > t.now)) IS TRUE
           AS dihitung,
         '/permohonan/' || p.id AS halaman
  FROM visit v
  JOIN permit p ON p.id = v.permit
  LEFT JOIN sop_word w ON w.sop = p.sop AND w.kind = 'sop' AND w.id = p.sop
  LEFT JOIN sop_word s ON s.sop = p.sop AND s.kind = 'step' AND s.id = v.step
  LEFT JOIN sop_word r ON r.sop = p.sop AND r.kind = 'role' AND r.id = v.role
  LEFT JOIN sop_word x ON x.sop = p.sop AND x.kind = 'action' AND x.id = v.step || '.' || v.action
  CROSS JOIN (SELECT laporan.sekarang() AS now) t
  WHERE NOT v.undone AND p.id > 0;

DROP VIEW uncounted_action;

-- Below, <@ says again what stands before it. Two bounds that it cannot know leave a ninth of all
-- rows in the planner's eyes, and it would rather read whole tables; <@ leaves a thousandth of that.
-- A breach is at due and one second; where its clock ended without a due, at the end.
CREATE VIEW laporan.kasus_terlambat AS
  SELECT m.bulan, k.*
  FROM laporan.bulan_sop() m
  JOIN laporan.kasus k ON k.sop = m.sop AND k.terlambat
   AND k.batas >= m.dari - interval '1 second' AND k.batas < m.sampai - interval '1 second'
   AND k.batas + interval '1 second' <@ m.rentang
  UNION ALL
  SELECT m.bulan, k.*
  FROM laporan.bulan_sop() m
  JOIN laporan.kasus k ON k.sop = m.sop AND k.terlambat AND k.batas IS NULL
   AND k.selesai >= m.dari AND k.selesai < m.sampai AND k.selesai <@ m.rentang;
COMMENT ON VIEW laporan.kasus_terlambat IS
  'Permohonan yang lewat batas, pada bulan batasnya lewat. Saring bulan.';

CREATE OR REPLACE VIEW laporan.kepatuhan_bulanan AS
  SELECT k.sop, k.bulan,
         count(*) FILTER (WHERE k.apa = 'masuk') AS masuk,
         count(*) FILTER (WHERE k.apa = 'berakhir' AND k.terbit) AS terbit,
         count(*) FILTER (WHERE k.apa = 'berakhir' AND k.terbit AND k.tepat_waktu) AS terbit_tepat_waktu,
         count(*) FILTER (WHERE k.apa = 'berakhir' AND k.status = 'rejected') AS ditolak,
         count(*) FILTER (WHERE k.apa = 'berakhir' AND k.status = 'withdrawn') AS ditarik,
         count(*) FILTER (WHERE k.apa = 'berakhir' AND k.status = 'lapsed') AS gugur,
         count(*) FILTER (WHERE k.apa = 'berakhir' AND k.tepat_waktu) AS tepat_waktu,
         count(*) FILTER (WHERE k.apa = 'terlambat') AS terlambat,
         count(*) FILTER (WHERE k.apa = 'terlambat' AND k.selesai IS NULL) AS terlambat_belum_selesai,
         count(*) FILTER (WHERE k.apa = 'berakhir' AND k.tepat_waktu)::numeric
           / nullif(count(*) FILTER (WHERE k.apa = 'terlambat' OR (k.apa = 'berakhir' AND k.tepat_waktu)), 0)
           AS kepatuhan,
         avg(k.hari_kerja) FILTER (WHERE k.apa = 'berakhir' AND k.terbit) AS rata_hari_kerja
  FROM (SELECT m.sop, m.bulan, 'masuk' AS apa, k.status, k.tepat_waktu, k.selesai, k.terbit IS NOT NULL AS terbit, k.hari_kerja
        FROM laporan.bulan_sop() m JOIN laporan.kasus k ON k.sop = m.sop AND k.masuk >= m.dari AND k.masuk < m.sampai AND k.masuk <@ m.rentang
        UNION ALL SELECT m.sop, m.bulan, 'berakhir', k.status, k.tepat_waktu, k.selesai, k.terbit IS NOT NULL, k.hari_kerja
        FROM laporan.bulan_sop() m JOIN laporan.kasus k ON k.sop = m.sop AND k.selesai >= m.dari AND k.selesai < m.sampai AND k.selesai <@ m.rentang
        WHERE k.dihitung
        UNION ALL SELECT sop, bulan, 'terlambat', status, tepat_waktu, selesai, terbit IS NOT NULL, hari_kerja
        FROM laporan.kasus_terlambat) k
  GROUP BY k.sop, k.bulan;

CREATE VIEW laporan.kunjungan_terlambat AS
  SELECT m.bulan, k.*
  FROM laporan.bulan_sop() m
  JOIN laporan.kunjungan k ON k.sop = m.sop AND k.terlambat
   AND k.batas >= m.dari - interval '1 second' AND k.batas < m.sampai - interval '1 second'
   AND k.batas + interval '1 second' <@ m.rentang
  UNION ALL
  SELECT m.bulan, k.*
  FROM laporan.bulan_sop() m
  JOIN laporan.kunjungan k ON k.sop = m.sop AND k.terlambat AND k.batas IS NULL
   AND k.ditutup >= m.dari AND k.ditutup < m.sampai AND k.ditutup <@ m.rentang;
COMMENT ON VIEW laporan.kunjungan_terlambat IS
  'Kunjungan yang lewat batas, pada bulan batasnya lewat. Saring bulan.';

CREATE VIEW laporan.kunjungan_ditutup AS
  SELECT m.bulan, k.*
  FROM laporan.bulan_sop() m
  JOIN laporan.kunjungan k ON k.sop = m.sop AND k.ditutup >= m.dari AND k.ditutup < m.sampai
   AND k.ditutup <@ m.rentang
  WHERE k.dihitung;
COMMENT ON VIEW laporan.kunjungan_ditutup IS
  'Kunjungan yang sudah ditutup dan dihitung, pada bulan ditutupnya. Saring bulan.';

CREATE OR REPLACE VIEW laporan.langkah_bulanan AS
  SELECT k.sop, k.bulan, k.langkah, max(k.langkah_nama) AS langkah_nama, max(k.urutan) AS urutan,
         max(k.peran) AS peran, max(k.standar_detik) AS standar_detik,
         count(*) FILTER (WHERE k.selesai) AS selesai,
         count(*) FILTER (WHERE k.selesai AND k.verdict = 'met') AS tepat_waktu,
         count(*) FILTER (WHERE k.apa = 'terlambat') AS terlambat,
         count(*) FILTER (WHERE k.apa = 'terlambat' AND k.terbuka) AS terlambat_belum_selesai,
         count(*) FILTER (WHERE k.selesai AND k.verdict = 'met')::numeric
           / nullif(count(*) FILTER (WHERE k.apa = 'terlambat' OR (k.selesai AND k.verdict = 'met')), 0)
           AS kepatuhan,
         count(*) FILTER (WHERE k.apa = 'ditutup' AND k.pengembalian) AS pengembalian,
         percentile_cont(0.5) WITHIN GROUP (ORDER BY k.kerja_detik) FILTER (WHERE k.selesai) AS kerja_p50,
         percentile_cont(0.9) WITHIN GROUP (ORDER BY k.kerja_detik) FILTER (WHERE k.selesai) AS kerja_p90,
         percentile_cont(0.5) WITHIN GROUP (ORDER BY k.menunggu_detik) FILTER (WHERE k.selesai) AS menunggu_p50,
         percentile_cont(0.9) WITHIN GROUP (ORDER BY k.menunggu_detik) FILTER (WHERE k.selesai) AS menunggu_p90,
         percentile_cont(0.5) WITHIN GROUP (ORDER BY k.mengerjakan_detik) FILTER (WHERE k.selesai) AS mengerjakan_p50,
         percentile_cont(0.9) WITHIN GROUP (ORDER BY k.mengerjakan_detik) FILTER (WHERE k.selesai) AS mengerjakan_p90
  FROM (SELECT 'ditutup' AS apa, verdict IS NOT NULL AS selesai, sop, bulan, langkah, langkah_nama, urutan, peran, standar_detik,
               verdict, terbuka, pengembalian, kerja_detik, menunggu_detik, mengerjakan_detik
        FROM laporan.kunjungan_ditutup WHERE verdict IS NOT NULL OR pengembalian
        UNION ALL SELECT 'terlambat', false, sop, bulan, langkah, langkah_nama, urutan, peran, standar_detik,
               verdict, terbuka, pengembalian, kerja_detik, menunggu_detik, mengerjakan_detik
        FROM laporan.kunjungan_terlambat) k
  GROUP BY k.sop, k.bulan, k.langkah;

CREATE OR REPLACE VIEW laporan.pengembalian AS
  SELECT id, nomor, perihal, sop, langkah, langkah_nama, peran, ditutup AS pada, tindakan,
         bulan, jsonb_array_length(kekurangan) AS jumlah_kekurangan,
         array_to_string(ARRAY(SELECT jsonb_array_elements_text(kekurangan)), ', ') AS dokumen, halaman
  FROM laporan.kunjungan_ditutup WHERE pengembalian;

CREATE OR REPLACE VIEW laporan.kekurangan_bulanan AS
  SELECT k.sop, k.bulan, k.langkah, k.langkah_nama,
         coalesce(nullif(d.dokumen, ''), 'tanpa dokumen') AS dokumen, count(*) AS jumlah
  FROM laporan.kunjungan_ditutup k CROSS JOIN LATERAL jsonb_array_elements_text(k.kekurangan) AS d(dokumen)
  GROUP BY 1, 2, 3, 4, 5;

CREATE OR REPLACE VIEW laporan.beban_peran_bulanan AS
  SELECT k.sop, k.bulan, k.peran, k.peran_nama,
         count(*) AS selesai, count(*) FILTER (WHERE k.verdict = 'missed') AS terlambat,
         sum(k.mengerjakan_detik) AS mengerjakan_detik, sum(k.kerja_detik) AS kerja_detik
  FROM laporan.kunjungan_ditutup k WHERE k.verdict IS NOT NULL GROUP BY 1, 2, 3, 4;

CREATE OR REPLACE VIEW laporan.kendala AS
  SELECT k.id, k.nomor, k.perihal, k.sop, k.langkah, k.langkah_nama, k.peran, k.keadaan, k.terlambat,
         k.terlambat_sejak, k.bulan, k.terbuka,
         k.kendala AS kendala, coalesce(o.name, k.kendala, 'tidak disebutkan') AS kendala_nama,
         k.menunggu_detik, k.mengerjakan_detik, k.kerja_detik, k.standar_detik, k.halaman
  FROM (SELECT * FROM laporan.kunjungan_terlambat
        UNION ALL SELECT NULL, * FROM laporan.kunjungan
        WHERE (terlambat OR kendala IS NOT NULL) AND terlambat_sejak IS NULL) k
  LEFT JOIN sop_word o ON o.sop = k.sop AND o.kind = 'obstacle' AND o.id = k.kendala;

-- What an escalation is of, whoever is told. One row of each stands for all: the first.
CREATE VIEW superior_notice AS
  SELECT * FROM notice
  WHERE permit > 0 AND audience = 'superior' AND (text IN ('eskalasi', 'alarm_layanan') OR kind = 'escalated')
    AND NOT (state = 'dropped' AND state_reason IN ('acknowledged', 'undone'));
CREATE OR REPLACE VIEW laporan.eskalasi AS
  SELECT n.permit AS id, p.number AS nomor, p.subject AS perihal, p.sop, coalesce(v.step, '') AS langkah,
         coalesce(s.name, v.step, 'seluruh layanan') AS langkah_nama,
         CASE n.kind WHEN 'escalated' THEN 'now' ELSE n.kind END AS anak_tangga,
         n.k AS ulangan, n.occurrence AS kejadian, n.raised_at AS pada, m.bulan,
         a.kepada, a.disampaikan, a.alasan_tidak_disampaikan, '/permohonan/' || n.permit AS halaman
  FROM laporan.bulan_sop() m
  JOIN superior_notice n ON n.raised_at >= m.dari AND n.raised_at < m.sampai
   AND n.raised_at <@ m.rentang
  JOIN permit p ON p.id = n.permit AND p.sop = m.sop
  CROSS JOIN LATERAL (
    SELECT string_agg(DISTINCT coalesce(r.name, e.addressee), ', ') AS kepada,
           bool_or(e.state = 'rendered') AS disampaikan,
           max(e.state_reason) FILTER (WHERE e.state = 'dropped') AS alasan_tidak_disampaikan,
           (array_agg(e.addressee ORDER BY e.raised_at, e.addressee))[1] AS first
    FROM superior_notice e
    LEFT JOIN sop_word r ON r.sop = p.sop AND r.kind = 'role' AND 'role:' || r.id = e.addressee
    WHERE (e.permit, e.visit, e.kind, e.k, e.occurrence)
          = (n.permit, n.visit, n.kind, n.k, n.occurrence)) a
  LEFT JOIN visit v ON v.permit = n.permit AND v.id = n.visit
  LEFT JOIN sop_word s ON s.sop = p.sop AND s.kind = 'step' AND s.id = v.step
  WHERE a.first = n.addressee;
