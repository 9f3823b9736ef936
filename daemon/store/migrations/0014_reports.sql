-- Reports for people: the schema `laporan`, views in the office's words, and who may read them.

-- Of the visit's working time, until its claim and from there. Frozen when it closes; null while it
-- is open, where nobody claimed it, and on visits that closed before these columns were.
ALTER TABLE visit ADD waited bigint;
ALTER TABLE visit ADD handled bigint;

-- What the SOPs call their parts, written by the daemon whenever it reads its rules. A part that a
-- later version no longer has stays: closed permits still speak of it.
CREATE TABLE sop_word (
  sop              text NOT NULL,
  kind             text NOT NULL CHECK (kind IN ('sop', 'step', 'action', 'role', 'pause', 'obstacle')),
  id               text NOT NULL,
  name             text NOT NULL,
  position         int NOT NULL,
  role             text NOT NULL,
  standard         text NOT NULL,
  standard_seconds bigint NOT NULL,  -- working time; days by the calendar's nominal day
  backward         boolean NOT NULL,
  zone             text NOT NULL,    -- of kind sop: where its days begin
  day_seconds      bigint NOT NULL,  -- of kind sop: the calendar's nominal day
  PRIMARY KEY (sop, kind, id)
);
CREATE TABLE office_fact (
  only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
  name     text NOT NULL,
  url      text NOT NULL  -- where its pages are
);

-- Views run with their owner's rights, functions in them with the reader's: hence SECURITY DEFINER.
-- VOLATILE, so that a view asks once and not row by row.
CREATE SCHEMA laporan;
COMMENT ON SCHEMA laporan IS
  'Tampilan untuk laporan dan dasbor. Hanya baca; data pribadi hanya nama pemohon dan perihal. '
  'Angka sama dengan API dan metrik: perubahan dihitung setelah masa pembatalan tindakan lewat, '
  'keterlambatan sejak batasnya lewat satu detik, juga bila tidak pernah diselesaikan.';

CREATE FUNCTION laporan.sekarang() RETURNS timestamptz LANGUAGE sql VOLATILE PARALLEL SAFE
  SECURITY DEFINER SET search_path FROM CURRENT
  AS $$ SELECT date_trunc('second', office_now()) $$;
COMMENT ON FUNCTION laporan.sekarang() IS 'Waktu kantor: nyata, atau simulasi pada demo dan uji.';

CREATE FUNCTION laporan.bulan(pada timestamptz, zona text) RETURNS date LANGUAGE sql STABLE PARALLEL SAFE
  AS $$ SELECT date_trunc('month', pada AT TIME ZONE zona)::date $$;
COMMENT ON FUNCTION laporan.bulan(timestamptz, text) IS 'Hari pertama bulan menurut zona kantor.';

CREATE VIEW laporan.kantor AS SELECT name AS nama, url AS alamat FROM office_fact;
COMMENT ON VIEW laporan.kantor IS 'Nama instansi dan alamat halaman Tenggat.';

CREATE VIEW laporan.sop AS
  SELECT id AS sop, name AS nama, standard AS standar, standard_seconds AS standar_detik,
         zone AS zona, day_seconds AS hari_kerja_detik
  FROM sop_word WHERE kind = 'sop';
COMMENT ON VIEW laporan.sop IS 'SOP yang dikenal dan standar layanannya.';

CREATE VIEW laporan.langkah AS
  SELECT w.sop, w.id AS langkah, w.name AS nama, w.position AS urutan, w.role AS peran,
         coalesce(r.name, w.role) AS peran_nama, w.standard AS standar,
         w.standard_seconds AS standar_detik
  FROM sop_word w LEFT JOIN sop_word r ON r.sop = w.sop AND r.kind = 'role' AND r.id = w.role
  WHERE w.kind = 'step';
COMMENT ON VIEW laporan.langkah IS 'Langkah setiap SOP, pelaksana, dan standar waktunya.';

-- Actions that can still be taken back are not counted anywhere yet.
CREATE VIEW uncounted_action AS
  SELECT DISTINCT d.permit, d.cause FROM count_delta d, (SELECT laporan.sekarang() AS now) t
  WHERE d.counted_from > t.now;

CREATE VIEW laporan.kasus AS
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
         u.permit IS NULL AS dihitung,
         '/permohonan/' || p.id AS halaman
  FROM permit p
  JOIN applicant a ON a.id = p.applicant
  LEFT JOIN sop_word w ON w.sop = p.sop AND w.kind = 'sop' AND w.id = p.sop
  LEFT JOIN uncounted_action u
    ON u.permit = p.id AND u.cause = (p.last_action ->> 'event')::bigint
  CROSS JOIN (SELECT laporan.sekarang() AS now) t
  WHERE p.id > 0;
COMMENT ON VIEW laporan.kasus IS
  'Satu baris per permohonan. Saring status IN (''active'', ''returned'') untuk yang masih berjalan.';
COMMENT ON COLUMN laporan.kasus.status IS 'active, returned (pada pemohon), issued, rejected, withdrawn, lapsed.';
COMMENT ON COLUMN laporan.kasus.keadaan IS 'Keadaan waktu layanan dengan kata: sesuai waktu, segera, terlambat, dijeda, tepat waktu, ...';
COMMENT ON COLUMN laporan.kasus.terbit IS 'Saat keputusan ditandatangani; kosong bila ditolak atau belum.';
COMMENT ON COLUMN laporan.kasus.terlambat IS 'Pelampauan batas layanan sudah tercatat, selesai ataupun belum.';
COMMENT ON COLUMN laporan.kasus.batas IS 'Tanggal yang dijanjikan; kosong selama waktu layanan berhenti.';
COMMENT ON COLUMN laporan.kasus.waktu_kerja_detik IS 'Waktu kerja layanan saat berakhir, tanpa jeda.';
COMMENT ON COLUMN laporan.kasus.dihitung IS 'Tindakan terakhir sudah masuk hitungan (masa pembatalannya lewat).';
COMMENT ON COLUMN laporan.kasus.halaman IS 'Jalur halaman permohonan, ditambahkan pada laporan.kantor.alamat.';

CREATE VIEW laporan.kunjungan AS
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
           AND NOT (u.permit IS NOT NULL AND (p.last_action ->> 'closed_visit')::int = v.id)
           AS dihitung,
         '/permohonan/' || p.id AS halaman
  FROM visit v
  JOIN permit p ON p.id = v.permit
  LEFT JOIN sop_word w ON w.sop = p.sop AND w.kind = 'sop' AND w.id = p.sop
  LEFT JOIN sop_word s ON s.sop = p.sop AND s.kind = 'step' AND s.id = v.step
  LEFT JOIN sop_word r ON r.sop = p.sop AND r.kind = 'role' AND r.id = v.role
  LEFT JOIN sop_word x ON x.sop = p.sop AND x.kind = 'action' AND x.id = v.step || '.' || v.action
  LEFT JOIN uncounted_action u
    ON u.permit = p.id AND u.cause = (p.last_action ->> 'event')::bigint
  CROSS JOIN (SELECT laporan.sekarang() AS now) t
  WHERE NOT v.undone AND p.id > 0;
COMMENT ON VIEW laporan.kunjungan IS
  'Satu baris per kunjungan: satu permohonan pada satu langkah, dengan jamnya sendiri.';
COMMENT ON COLUMN laporan.kunjungan.keadaan IS 'Keadaan jam kunjungan dengan kata; "tanpa batas" pada langkah pemohon.';
COMMENT ON COLUMN laporan.kunjungan.menunggu_detik IS 'Waktu kerja sampai diambil; kosong bila tidak pernah diambil.';
COMMENT ON COLUMN laporan.kunjungan.mengerjakan_detik IS 'Waktu kerja sejak diambil sampai selesai, tanpa jeda.';
COMMENT ON COLUMN laporan.kunjungan.kerja_detik IS 'Waktu kerja dari dibuka sampai ditutup, tanpa jeda.';
COMMENT ON COLUMN laporan.kunjungan.pengembalian IS 'Ditutup dengan mengembalikan berkas ke langkah ini atau sebelumnya.';
COMMENT ON COLUMN laporan.kunjungan.kekurangan IS 'Jenis dokumen yang dinyatakan kurang.';

CREATE VIEW laporan.kepatuhan_bulanan AS
  SELECT k.sop, k.bulan,
         count(*) FILTER (WHERE k.apa = 'masuk') AS masuk,
         count(*) FILTER (WHERE k.apa = 'terbit') AS terbit,
         count(*) FILTER (WHERE k.apa = 'terbit' AND k.tepat_waktu) AS terbit_tepat_waktu,
         count(*) FILTER (WHERE k.apa = 'berakhir' AND k.status = 'rejected') AS ditolak,
         count(*) FILTER (WHERE k.apa = 'berakhir' AND k.status = 'withdrawn') AS ditarik,
         count(*) FILTER (WHERE k.apa = 'berakhir' AND k.status = 'lapsed') AS gugur,
         count(*) FILTER (WHERE k.apa = 'berakhir' AND k.tepat_waktu) AS tepat_waktu,
         count(*) FILTER (WHERE k.apa = 'terlambat') AS terlambat,
         count(*) FILTER (WHERE k.apa = 'terlambat' AND k.selesai IS NULL) AS terlambat_belum_selesai,
         count(*) FILTER (WHERE k.apa = 'berakhir' AND k.tepat_waktu)::numeric
           / nullif(count(*) FILTER (WHERE k.apa = 'terlambat' OR (k.apa = 'berakhir' AND k.tepat_waktu)), 0)
           AS kepatuhan,
         avg(k.hari_kerja) FILTER (WHERE k.apa = 'terbit') AS rata_hari_kerja
  FROM (SELECT sop, 'masuk' AS apa, laporan.bulan(masuk, zona) AS bulan, status, tepat_waktu, selesai, hari_kerja
        FROM laporan.kasus
        UNION ALL SELECT sop, 'terbit', laporan.bulan(terbit, zona), status, tepat_waktu, selesai, hari_kerja
        FROM laporan.kasus WHERE terbit IS NOT NULL AND dihitung
        UNION ALL SELECT sop, 'berakhir', laporan.bulan(selesai, zona), status, tepat_waktu, selesai, hari_kerja
        FROM laporan.kasus WHERE selesai IS NOT NULL AND dihitung
        UNION ALL SELECT sop, 'terlambat', laporan.bulan(terlambat_sejak, zona), status, tepat_waktu, selesai, hari_kerja
        FROM laporan.kasus WHERE terlambat) k
  GROUP BY k.sop, k.bulan;
COMMENT ON VIEW laporan.kepatuhan_bulanan IS
  'Permohonan per bulan. Yang lewat batas dihitung pada bulan batasnya lewat, walaupun belum selesai; '
  'yang tepat waktu pada bulan keputusan.';
COMMENT ON COLUMN laporan.kepatuhan_bulanan.kepatuhan IS 'tepat_waktu / (tepat_waktu + terlambat); kosong bila tidak ada yang dinilai.';
COMMENT ON COLUMN laporan.kepatuhan_bulanan.rata_hari_kerja IS 'Rata-rata waktu penyelesaian yang terbit, dalam hari kerja nominal.';

CREATE VIEW laporan.langkah_bulanan AS
  SELECT k.sop, k.bulan, k.langkah, max(k.langkah_nama) AS langkah_nama, max(k.urutan) AS urutan,
         max(k.peran) AS peran, max(k.standar_detik) AS standar_detik,
         count(*) FILTER (WHERE k.apa = 'selesai') AS selesai,
         count(*) FILTER (WHERE k.apa = 'selesai' AND k.verdict = 'met') AS tepat_waktu,
         count(*) FILTER (WHERE k.apa = 'terlambat') AS terlambat,
         count(*) FILTER (WHERE k.apa = 'terlambat' AND k.terbuka) AS terlambat_belum_selesai,
         count(*) FILTER (WHERE k.apa = 'selesai' AND k.verdict = 'met')::numeric
           / nullif(count(*) FILTER (WHERE k.apa = 'terlambat' OR (k.apa = 'selesai' AND k.verdict = 'met')), 0)
           AS kepatuhan,
         count(*) FILTER (WHERE k.apa = 'kembali') AS pengembalian,
         percentile_cont(0.5) WITHIN GROUP (ORDER BY k.kerja_detik) FILTER (WHERE k.apa = 'selesai') AS kerja_p50,
         percentile_cont(0.9) WITHIN GROUP (ORDER BY k.kerja_detik) FILTER (WHERE k.apa = 'selesai') AS kerja_p90,
         percentile_cont(0.5) WITHIN GROUP (ORDER BY k.menunggu_detik) FILTER (WHERE k.apa = 'selesai') AS menunggu_p50,
         percentile_cont(0.9) WITHIN GROUP (ORDER BY k.menunggu_detik) FILTER (WHERE k.apa = 'selesai') AS menunggu_p90,
         percentile_cont(0.5) WITHIN GROUP (ORDER BY k.mengerjakan_detik) FILTER (WHERE k.apa = 'selesai') AS mengerjakan_p50,
         percentile_cont(0.9) WITHIN GROUP (ORDER BY k.mengerjakan_detik) FILTER (WHERE k.apa = 'selesai') AS mengerjakan_p90
  FROM (SELECT sop, 'selesai' AS apa, laporan.bulan(ditutup, zona) AS bulan, langkah, langkah_nama, urutan, peran, standar_detik, verdict, terbuka, kerja_detik, menunggu_detik, mengerjakan_detik
        FROM laporan.kunjungan WHERE verdict IS NOT NULL AND dihitung
        UNION ALL SELECT sop, 'kembali', laporan.bulan(ditutup, zona), langkah, langkah_nama, urutan, peran, standar_detik, verdict, terbuka, kerja_detik, menunggu_detik, mengerjakan_detik
        FROM laporan.kunjungan WHERE pengembalian AND dihitung
        UNION ALL SELECT sop, 'terlambat', laporan.bulan(terlambat_sejak, zona), langkah, langkah_nama, urutan, peran, standar_detik, verdict, terbuka, kerja_detik, menunggu_detik, mengerjakan_detik
        FROM laporan.kunjungan WHERE terlambat) k
  GROUP BY k.sop, k.bulan, k.langkah;
COMMENT ON VIEW laporan.langkah_bulanan IS
  'Per langkah dan bulan: selesai, kepatuhan, pengembalian, dan lama menunggu serta mengerjakan (detik kerja).';

CREATE VIEW laporan.pengembalian AS
  SELECT id, nomor, perihal, sop, langkah, langkah_nama, peran, ditutup AS pada, tindakan,
         laporan.bulan(ditutup, zona) AS bulan, jsonb_array_length(kekurangan) AS jumlah_kekurangan,
         array_to_string(ARRAY(SELECT jsonb_array_elements_text(kekurangan)), ', ') AS dokumen, halaman
  FROM laporan.kunjungan WHERE pengembalian AND dihitung;
COMMENT ON VIEW laporan.pengembalian IS 'Setiap pengembalian berkas dan dokumen yang dinyatakan kurang; tanpa isi catatan.';

CREATE VIEW laporan.kekurangan_bulanan AS
  SELECT k.sop, laporan.bulan(k.ditutup, k.zona) AS bulan, k.langkah, k.langkah_nama,
         coalesce(nullif(d.dokumen, ''), 'tanpa dokumen') AS dokumen, count(*) AS jumlah
  FROM laporan.kunjungan k CROSS JOIN LATERAL jsonb_array_elements_text(k.kekurangan) AS d(dokumen)
  WHERE k.dihitung GROUP BY 1, 2, 3, 4, 5;
COMMENT ON VIEW laporan.kekurangan_bulanan IS 'Dokumen yang paling sering dinyatakan kurang, per bulan.';

CREATE VIEW laporan.kendala AS
  SELECT k.id, k.nomor, k.perihal, k.sop, k.langkah, k.langkah_nama, k.peran, k.keadaan, k.terlambat,
         k.terlambat_sejak, laporan.bulan(k.terlambat_sejak, k.zona) AS bulan, k.terbuka,
         k.kendala AS kendala, coalesce(o.name, k.kendala, 'tidak disebutkan') AS kendala_nama,
         k.menunggu_detik, k.mengerjakan_detik, k.kerja_detik, k.standar_detik, k.halaman
  FROM laporan.kunjungan k
  LEFT JOIN sop_word o ON o.sop = k.sop AND o.kind = 'obstacle' AND o.id = k.kendala
  WHERE k.terlambat OR k.kendala IS NOT NULL;
COMMENT ON VIEW laporan.kendala IS 'Kunjungan yang terlambat atau diberi kendala oleh petugasnya, dengan sebab terakhir yang disebut.';

CREATE VIEW laporan.sebab_bulanan AS
  SELECT sop, bulan, langkah, langkah_nama, kendala_nama AS sebab, count(*) AS jumlah,
         count(*) FILTER (WHERE terbuka) AS belum_selesai,
         avg(menunggu_detik) AS rata_menunggu_detik, avg(mengerjakan_detik) AS rata_mengerjakan_detik
  FROM laporan.kendala WHERE terlambat GROUP BY 1, 2, 3, 4, 5;
COMMENT ON VIEW laporan.sebab_bulanan IS 'Sebab keterlambatan per bulan batas lewat, sebagaimana disebut petugas.';

CREATE VIEW laporan.jeda AS
  SELECT p.id, p.number AS nomor, p.sop, v.step AS langkah, coalesce(s.name, v.step) AS langkah_nama, j.reason AS alasan,
         coalesce(w.name, j.reason) AS alasan_nama, j.stops_case AS menghentikan_layanan,
         j.from_at AS dari, j.to_at AS sampai, j.until_at AS direncanakan_sampai,
         j.extensions AS perpanjangan, '/permohonan/' || p.id AS halaman
  FROM pause j
  JOIN permit p ON p.id = j.permit
  JOIN visit v ON v.permit = j.permit AND v.id = j.visit
  LEFT JOIN sop_word w ON w.sop = p.sop AND w.kind = 'pause' AND w.id = j.reason
  LEFT JOIN sop_word s ON s.sop = p.sop AND s.kind = 'step' AND s.id = v.step
  WHERE p.id > 0;
COMMENT ON VIEW laporan.jeda IS 'Setiap jeda: alasan, dari, sampai, dan apakah waktu layanan berhenti.';

CREATE VIEW laporan.eskalasi AS
  SELECT n.permit AS id, p.number AS nomor, p.subject AS perihal, p.sop, coalesce(v.step, '') AS langkah,
         coalesce(s.name, v.step, 'seluruh layanan') AS langkah_nama,
         CASE n.kind WHEN 'escalated' THEN 'now' ELSE n.kind END AS anak_tangga,
         n.k AS ulangan, n.occurrence AS kejadian, min(n.raised_at) AS pada,
         laporan.bulan(min(n.raised_at), max(w.zone)) AS bulan,
         string_agg(DISTINCT coalesce(r.name, n.addressee), ', ') AS kepada,
         bool_or(n.state = 'rendered') AS disampaikan,
         max(n.state_reason) FILTER (WHERE n.state = 'dropped') AS alasan_tidak_disampaikan,
         '/permohonan/' || n.permit AS halaman
  FROM notice n
  JOIN permit p ON p.id = n.permit
  LEFT JOIN visit v ON v.permit = n.permit AND v.id = n.visit
  LEFT JOIN sop_word w ON w.sop = p.sop AND w.kind = 'sop' AND w.id = p.sop
  LEFT JOIN sop_word s ON s.sop = p.sop AND s.kind = 'step' AND s.id = v.step
  LEFT JOIN sop_word r ON r.sop = p.sop AND r.kind = 'role' AND 'role:' || r.id = n.addressee
  WHERE n.permit > 0 AND n.audience = 'superior' AND (n.text IN ('eskalasi', 'alarm_layanan') OR n.kind = 'escalated')
    AND NOT (n.state = 'dropped' AND n.state_reason IN ('acknowledged', 'undone'))
  GROUP BY n.permit, n.visit, n.kind, n.k, n.occurrence, p.number, p.subject, p.sop, v.step, s.name;
COMMENT ON VIEW laporan.eskalasi IS
  'Setiap anak tangga yang sampai kepada atasan, satu baris sekalipun kepada beberapa peran.';

CREATE VIEW laporan.eskalasi_bulanan AS
  SELECT sop, bulan, langkah, langkah_nama, anak_tangga, count(*) AS jumlah
  FROM laporan.eskalasi GROUP BY 1, 2, 3, 4, 5;
COMMENT ON VIEW laporan.eskalasi_bulanan IS 'Jumlah eskalasi per bulan, langkah, dan anak tangga.';

CREATE VIEW laporan.beban_peran AS
  WITH terbuka AS (
    SELECT k.sop, k.peran, count(*) AS terbuka,
           count(*) FILTER (WHERE k.keadaan = 'segera') AS segera,
           count(*) FILTER (WHERE k.keadaan = 'terlambat') AS terlambat,
           count(*) FILTER (WHERE k.keadaan = 'dijeda') AS dijeda,
           count(*) FILTER (WHERE NOT k.ada_petugas) AS belum_diambil,
           min(k.dibuka) AS tertua, min(k.batas) AS batas_terdekat
    FROM laporan.kunjungan k WHERE k.terbuka GROUP BY 1, 2)
  SELECT r.sop, r.id AS peran, r.name AS peran_nama,
         (SELECT count(*) FROM officer_role o JOIN officer f ON f.id = o.officer
          WHERE o.role = r.id AND (f.ended_on IS NULL OR f.ended_on > (t.now AT TIME ZONE w.zone)::date))
           AS petugas,
         coalesce(b.terbuka, 0) AS terbuka, coalesce(b.segera, 0) AS segera,
         coalesce(b.terlambat, 0) AS terlambat, coalesce(b.dijeda, 0) AS dijeda,
         coalesce(b.belum_diambil, 0) AS belum_diambil, b.tertua, b.batas_terdekat
  FROM sop_word r
  JOIN sop_word w ON w.sop = r.sop AND w.kind = 'sop'
  LEFT JOIN terbuka b ON b.sop = r.sop AND b.peran = r.id
  CROSS JOIN (SELECT laporan.sekarang() AS now) t
  WHERE r.kind = 'role';
COMMENT ON VIEW laporan.beban_peran IS 'Pekerjaan terbuka setiap peran sekarang, dan banyaknya petugasnya.';

CREATE VIEW laporan.beban_peran_bulanan AS
  SELECT k.sop, laporan.bulan(k.ditutup, k.zona) AS bulan, k.peran, k.peran_nama,
         count(*) AS selesai, count(*) FILTER (WHERE k.verdict = 'missed') AS terlambat,
         sum(k.mengerjakan_detik) AS mengerjakan_detik, sum(k.kerja_detik) AS kerja_detik
  FROM laporan.kunjungan k WHERE k.dihitung AND k.verdict IS NOT NULL GROUP BY 1, 2, 3, 4;
COMMENT ON VIEW laporan.beban_peran_bulanan IS 'Kunjungan yang diselesaikan setiap peran per bulan.';

CREATE VIEW laporan.pemberitahuan AS
  SELECT n.permit AS id, p.number AS nomor, p.sop, n.raised_at AS dibuat,
         CASE n.audience WHEN 'applicant' THEN 'pemohon' WHEN 'superior' THEN 'atasan' ELSE 'petugas' END
           AS kepada,
         n.text AS teks, n.reason AS sebab,
         CASE n.state WHEN 'pending' THEN 'menunggu' WHEN 'rendered' THEN 'menjadi pesan' ELSE 'gugur' END
           AS keadaan,
         n.state_reason AS sebab_gugur
  FROM notice n LEFT JOIN permit p ON p.id = n.permit
  WHERE n.permit >= 0;
COMMENT ON VIEW laporan.pemberitahuan IS
  'Yang diputuskan untuk disampaikan, belum tentu sudah menjadi pesan. Saring dibuat.';

CREATE VIEW laporan.pesan AS
  SELECT m.id, m.rendered_at AS dibuat,
         CASE split_part(m.recipient, ':', 1) WHEN 'applicant' THEN 'pemohon' ELSE 'petugas' END AS kepada,
         m.channel AS saluran, m.text AS teks, m.state AS status,
         CASE WHEN m.state = 'queued' AND m.attempts > 0 THEN 'belum diterima'
              WHEN m.state = 'queued' THEN 'antre'
              WHEN m.state = 'dead' THEN 'gagal total'
              WHEN m.state = 'trial' THEN 'uji coba'
              WHEN m.state = 'failed' THEN 'gagal'
              WHEN m.delivered_at IS NOT NULL OR m.read_at IS NOT NULL THEN 'tersampaikan'
              WHEN m.undelivered_at IS NOT NULL THEN 'tidak tersampaikan'
              ELSE 'diterima penyedia' END AS keadaan,
         m.reason AS alasan, m.attempts AS percobaan,
         extract(epoch FROM m.accepted_at - m.created_at) AS lama_detik,
         m.falls_back_from IS NOT NULL AS pengganti,
         (SELECT string_agg(DISTINCT p.number, ', ') FROM message_notice n JOIN permit p ON p.id = n.permit
          WHERE n.message = m.id) AS nomor,
         (SELECT min(n.permit) FROM message_notice n WHERE n.message = m.id AND n.permit <> 0) AS permohonan
  FROM message m
  WHERE m.recipient <> 'officer:_kenari';
COMMENT ON VIEW laporan.pesan IS 'Pesan tanpa alamat, nama, dan isi. Saring dibuat atau status, dan batasi jumlahnya.';
COMMENT ON COLUMN laporan.pesan.status IS 'queued, accepted, failed, dead, trial; keadaan mengatakannya dengan kata.';
COMMENT ON COLUMN laporan.pesan.keadaan IS 'Surel berakhir pada diterima penyedia; WhatsApp pada tersampaikan.';
COMMENT ON COLUMN laporan.pesan.lama_detik IS 'Dari dibuat sampai diterima penyedia, menurut jam mesin.';

-- Lately raised, lately written: found without reading what came before.
CREATE INDEX notice_raised ON notice USING brin (raised_at) WITH (autosummarize = on);
CREATE INDEX message_rendered ON message USING brin (rendered_at) WITH (autosummarize = on);

-- Who may read them: a group without a login. Where this database's owner may not create roles, an
-- administrator runs dashboards/postgres/pembaca.sql, which does the same and more.
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'tenggat_laporan') THEN
    CREATE ROLE tenggat_laporan NOLOGIN;
  END IF;
EXCEPTION
  WHEN insufficient_privilege THEN RAISE NOTICE 'the role tenggat_laporan is left to an administrator';
  WHEN duplicate_object OR unique_violation THEN NULL;  -- by another migration at the same time
END $$;
DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'tenggat_laporan') THEN
    GRANT USAGE ON SCHEMA laporan TO tenggat_laporan;
    GRANT SELECT ON ALL TABLES IN SCHEMA laporan TO tenggat_laporan;
    ALTER DEFAULT PRIVILEGES IN SCHEMA laporan GRANT SELECT ON TABLES TO tenggat_laporan;
  END IF;
END $$;
