-- What was recorded after it was done (occurred_at), or corrected by an administrator: when, by whom,
-- whether only that makes a breach fall away, and who above confirmed it.
ALTER TABLE visit ADD COLUMN late jsonb;

-- The role that brought a document: it gives way to that role's alone. The applicant's comes in at an
-- officer's visit, too, as an answer; the first visit is theirs.
ALTER TABLE document ADD COLUMN role text NOT NULL DEFAULT '';
UPDATE document d SET role = CASE WHEN e.actor = 'applicant' THEN first.role ELSE v.role END
FROM event e, visit v, visit first
WHERE e.permit = d.permit AND e.sequence = d.added_event AND v.permit = d.permit AND v.id = d.visit
  AND first.permit = d.permit AND first.id = 1;

-- As before, with what was recorded late at the end.
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
         '/permohonan/' || p.id AS halaman,
         v.late IS NOT NULL AS dicatat_terlambat,
         to_timestamp((v.late ->> 'recorded_at')::bigint) AS dicatat_pada,
         (v.late ->> 'turned_step')::boolean OR (v.late ->> 'turned_case')::boolean AS mengubah_penilaian,
         ((v.late ->> 'turned_step')::boolean OR (v.late ->> 'turned_case')::boolean)
           AND v.late ->> 'confirmed_at' IS NULL AS menunggu_konfirmasi
  FROM visit v
  JOIN permit p ON p.id = v.permit
  LEFT JOIN sop_word w ON w.sop = p.sop AND w.kind = 'sop' AND w.id = p.sop
  LEFT JOIN sop_word s ON s.sop = p.sop AND s.kind = 'step' AND s.id = v.step
  LEFT JOIN sop_word r ON r.sop = p.sop AND r.kind = 'role' AND r.id = v.role
  LEFT JOIN sop_word x ON x.sop = p.sop AND x.kind = 'action' AND x.id = v.step || '.' || v.action
  CROSS JOIN (SELECT laporan.sekarang() AS now) t
  WHERE NOT v.undone AND p.id > 0;

CREATE OR REPLACE VIEW laporan.kunjungan_terlambat AS
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

CREATE OR REPLACE VIEW laporan.kunjungan_ditutup AS
  SELECT m.bulan, k.*
  FROM laporan.bulan_sop() m
  JOIN laporan.kunjungan k ON k.sop = m.sop AND k.ditutup >= m.dari AND k.ditutup < m.sampai
   AND k.ditutup <@ m.rentang
  WHERE k.dihitung;

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
         percentile_cont(0.9) WITHIN GROUP (ORDER BY k.mengerjakan_detik) FILTER (WHERE k.selesai) AS mengerjakan_p90,
         count(*) FILTER (WHERE k.apa = 'ditutup' AND k.dicatat_terlambat) AS dicatat_terlambat,
         count(*) FILTER (WHERE k.apa = 'ditutup' AND k.menunggu_konfirmasi) AS menunggu_konfirmasi
  FROM (SELECT 'ditutup' AS apa, verdict IS NOT NULL AS selesai, sop, bulan, langkah, langkah_nama, urutan, peran, standar_detik,
               verdict, terbuka, pengembalian, kerja_detik, menunggu_detik, mengerjakan_detik,
               dicatat_terlambat, menunggu_konfirmasi
        FROM laporan.kunjungan_ditutup WHERE verdict IS NOT NULL OR pengembalian
        UNION ALL SELECT 'terlambat', false, sop, bulan, langkah, langkah_nama, urutan, peran, standar_detik,
               verdict, terbuka, pengembalian, kerja_detik, menunggu_detik, mengerjakan_detik, false, false
        FROM laporan.kunjungan_terlambat) k
  GROUP BY k.sop, k.bulan, k.langkah;

CREATE VIEW laporan.pencatatan_terlambat AS
  SELECT id, nomor, perihal, sop, langkah, langkah_nama, peran, ditutup AS dilakukan, dicatat_pada,
         mengubah_penilaian, menunggu_konfirmasi, keadaan, bulan, halaman
  FROM laporan.kunjungan_ditutup WHERE dicatat_terlambat;
COMMENT ON VIEW laporan.pencatatan_terlambat IS
  'Tindakan yang dicatat sesudah dilakukan, pada bulan dilakukannya. mengubah_penilaian: menurut '
  'pencatatan itu tepat waktu, semula terlambat; terlambat selama menunggu_konfirmasi. Saring bulan.';
