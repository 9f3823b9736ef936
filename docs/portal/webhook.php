<?php
// Where Tenggat sends each change as it counts (portal.url in tenggat.yaml). Answer with 2xx once the
// event is kept, and soon; anything else is sent again. The same event may come twice: webhook-id tells.
// An earlier one may come after a later one: of one permit, the larger data.sequence is the later.
declare(strict_types=1);
require __DIR__ . '/TenggatClient.php';

$headers = [];
foreach (['webhook-id', 'webhook-timestamp', 'webhook-signature'] as $name) {
    $headers[$name] = $_SERVER['HTTP_' . strtoupper(strtr($name, '-', '_'))] ?? '';
}
try {
    $event = TenggatClient::verifiedWebhook((string)file_get_contents('php://input'), $headers, explode(' ', (string)getenv('TENGGAT_WEBHOOK_SECRETS')));
} catch (UnexpectedValueException | JsonException) {
    http_response_code(400);
    exit;
}
// Keep it under $headers['webhook-id'] here, in the portal's database; work on it afterwards.
error_log($event['type'] . ' ' . ($event['data']['number'] ?? $event['id']));
http_response_code(204);
