<?php
// One application, as a portal takes it through its first days: handed in with a file, followed,
// returned by an officer who works in the portal, mended, accepted.
//
//   TENGGAT_URL=https://perizinan.example.go.id TENGGAT_TOKEN=tgt_… php example.php OFFICER
//
// The token is a service's with scopes intake,act,read; OFFICER is an id of the front office. Run it
// against a trial office: it makes a real application. A change is seen once its undo window is over, two
// minutes as it ships, so all of it takes some eight.
declare(strict_types=1);
require __DIR__ . '/TenggatClient.php';

$tenggat = new TenggatClient(getenv('TENGGAT_URL'), getenv('TENGGAT_TOKEN'));
$officer = $argv[1];

// What a portal keeps in its own database: its application, the key, the cursor.
const LONGEST_WAIT = 300; // seconds: more than any undo window in use, and the way of an event
$reference = 'web-' . bin2hex(random_bytes(4));
$key = $reference . '-submit';
$cursor = null;
$states = [];

// Reads on until our application has come to this state and step.
$follow = function (string $state, ?string $step) use ($tenggat, $reference, &$cursor, &$states): void {
    for ($i = 0; $i < LONGEST_WAIT; ++$i) {
        $cursor = $tenggat->changes($cursor, function (array $event, string $after) use ($reference, &$cursor, &$states): void {
            if ($event['data']['external_id'] === $reference && $event['type'] === 'permit.changed') {
                $states[] = [$event['data']['state'], $event['data']['step']];
            }
            $cursor = $after;
        });
        if (end($states) === [$state, $step]) {
            echo "the portal shows: $state, at ", $step ?? 'the end', "\n";
            return;
        }
        sleep(1);
    }
    throw new RuntimeException("never came to $state");
};

// 1. Hand in.
$application = [
    'sop' => 'paud',
    'subject' => 'PAUD Melati',
    'applicant' => ['name' => 'Siti Aminah', 'email' => 'siti@example.id'],
    'documents' => [[
        'kind' => 'persyaratan_izin_paud',
        'uri' => $tenggat->upload('%PDF-1.7 berkas persyaratan', 'application/pdf'),
    ]],
    'external_id' => $reference,
];
$permit = $tenggat->submit($application, $key);
echo "handed in: {$permit['number']}, the applicant follows it at {$permit['tracking_url']}\n";

// A portal that crashed here asks again with the key it kept, and gets the same answer.
if ($tenggat->submit($application, $key)['id'] !== $permit['id']) {
    throw new RuntimeException('one application became two');
}
$follow('active', 'verifikasi');

// 2. An officer returns it, in the portal's own screen for officers.
$tenggat->act($permit['id'], [
    'step' => 'verifikasi',
    'action' => 'reject',
    'deficiencies' => [['document' => 'persyaratan_izin_paud', 'note' => 'Akta pendirian belum dilegalisasi']],
    'on_behalf_of' => $officer,
], $reference . '-reject-1');
$follow('returned', 'pengajuan');

// 3. The applicant mends it.
$tenggat->act($permit['id'], [
    'step' => 'pengajuan',
    'action' => 'submit',
    'documents' => [[
        'kind' => 'persyaratan_izin_paud',
        'uri' => $tenggat->upload('%PDF-1.7 berkas yang telah dilegalisasi', 'application/pdf'),
    ]],
], $reference . '-submit-2');
$follow('active', 'verifikasi');

// 4. Accepted. The version guards against acting on what has changed meanwhile.
$seen = $tenggat->permit($permit['id']);
$accepted = $tenggat->act($permit['id'], [
    'step' => 'verifikasi',
    'action' => 'accept',
    'version' => $seen['version'],
    'on_behalf_of' => $officer,
], $reference . '-accept');
echo "promised by {$accepted['promised_at']}\n";
$follow('active', 'penerimaan');

// 5. A refusal says why, in words for people and in a word for programs.
try {
    $tenggat->act($permit['id'], ['step' => 'verifikasi', 'action' => 'accept', 'on_behalf_of' => $officer], $reference . '-again');
    throw new LogicException('accepted twice');
} catch (TenggatRefusal $refusal) {
    echo "refused: {$refusal->status} {$refusal->type}: {$refusal->problem['title']}\n";
}
