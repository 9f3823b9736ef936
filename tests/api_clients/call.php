<?php
// docs/portal/TenggatClient.php, held to openapi.json: the calls it makes are there, with their parameters; what it sends
// and what it gets has the shapes of the document. A portal's day; each line that is printed was answered by the daemon.
//
//   call.php CLIENT OPENAPI.json URL TOKEN
declare(strict_types=1);

[, $client_file, $document_file, $url, $token] = $argv;
require $client_file;
$document = json_decode((string)file_get_contents($document_file), false, 512, JSON_THROW_ON_ERROR);

/** Follows a $ref within the document. */
function followed(object $schema): object
{
    global $document;
    while (isset($schema->{'$ref'})) {
        $place = $document;
        foreach (array_slice(explode('/', $schema->{'$ref'}), 1) as $part) {
            $place = $place->{str_replace(['~1', '~0'], ['/', '~'], $part)};
        }
        $schema = $place;
    }
    return $schema;
}

function is_of_type(mixed $value, string $type): bool
{
    return match ($type) {
        'object' => $value === [] || is_array($value) && !array_is_list($value),
        'array' => is_array($value) && array_is_list($value),
        'string' => is_string($value),
        'integer' => is_int($value),
        'number' => is_int($value) || is_float($value),
        'boolean' => is_bool($value),
        'null' => $value === null,
    };
}

/** What of the value is not as the schema says, with its place; values are decoded to arrays. @return string[] */
function faults(mixed $value, object|bool $schema, string $at): array
{
    if (is_bool($schema)) {
        return $schema ? [] : ["$at: is not foreseen"];
    }
    $schema = followed($schema);
    $types = (array)($schema->type ?? []);
    if ($types && !array_filter($types, fn(string $type): bool => is_of_type($value, $type))) {
        return ["$at: is no " . implode(' or ', $types)];
    }
    $found = [];
    if (isset($schema->const) && $value !== $schema->const || isset($schema->enum) && !in_array($value, $schema->enum, true)) {
        $found[] = "$at: " . json_encode($value) . ' is none of the values';
    }
    if (is_string($value)) {
        $pattern = preg_replace('/\\\\u([0-9A-Fa-f]{4})/', '\\x{$1}', $schema->pattern ?? '');
        if (preg_match('~' . str_replace('~', '\~', $pattern) . '~uD', $value) !== 1) {
            $found[] = "$at: does not fit the pattern";
        }
        $length = iconv_strlen($value);
        if ($length < ($schema->minLength ?? 0) || $length > ($schema->maxLength ?? $length)) {
            $found[] = "$at: has $length characters";
        }
    }
    foreach ($schema->required ?? [] as $name) {
        if (is_array($value) && !array_key_exists($name, $value)) {
            $found[] = "$at: lacks $name";
        }
    }
    if (is_array($value) && in_array('object', $types, true)) {
        foreach ($value as $name => $one) {
            $of = $schema->properties->{$name} ?? $schema->additionalProperties ?? true;
            array_push($found, ...faults($one, $of, "$at/$name"));
        }
    }
    if (is_array($value) && in_array('array', $types, true)) {
        foreach ($value as $i => $one) {
            array_push($found, ...faults($one, $schema->items ?? true, "$at/$i"));
        }
    }
    foreach ($schema->allOf ?? [] as $part) {
        array_push($found, ...faults($value, $part, $at));
    }
    foreach (['oneOf', 'anyOf'] as $several) {
        $tried = array_map(fn(object $part): array => faults($value, $part, $at), $schema->{$several} ?? []);
        if ($tried && !array_filter($tried, fn(array $of_one): bool => $of_one === [])) {
            array_push($found, ...$tried[0]);
        }
    }
    return $found;
}

function demand(mixed $value, object $schema, string $what): mixed
{
    if ($found = faults($value, $schema, $what)) {
        fwrite(STDERR, implode("\n", $found) . "\n");
        exit(1);
    }
    return $value;
}

function operation(string $method, string $path): object
{
    global $document;
    return $document->paths->{$path}->{$method} ?? throw new RuntimeException("the document has no $method $path");
}
function asked(string $method, string $path): object
{
    return operation($method, $path)->requestBody->content->{'application/json'}->schema;
}
function answered(string $method, string $path): object
{
    foreach ((array)operation($method, $path)->responses as $status => $response) {
        if ($status < 300) {
            return followed($response)->content->{'application/json'}->schema;
        }
    }
    throw new RuntimeException("$method $path is never answered");
}

// --- the calls that stand in the client -----------------------------------------------------------

preg_match_all("~->call\\('([A-Z]+)', '([^'?]*)(\\?[^']*)?'(.*)~", (string)file_get_contents($client_file), $calls, PREG_SET_ORDER);
foreach ($calls as [, $method, $path, $query, $rest]) {
    if (str_contains($rest, 'rawurlencode($')) {
        $path = preg_replace('~/$~', '/{id}', $path) . (preg_match("~\\) \\. '(/[a-z]+)'~", $rest, $tail) ? $tail[1] : '');
    }
    $parameters = array_map(fn(object $one): string => followed($one)->name, operation(strtolower($method), $path)->parameters ?? []);
    preg_match_all('~[?&]([a-z_]+)=~', $query . $rest, $names);
    foreach ($names[1] as $name) {
        in_array($name, $parameters, true) || exit("$method $path has no parameter $name\n");
    }
}
echo 'calls ', count($calls), "\n";

// --- a portal's day ---------------------------------------------------------------------------------

$tenggat = new TenggatClient($url, $token);
$uri = $tenggat->upload("%PDF-1.7\n%%EOF\n", 'application/pdf');
$application = ['sop' => 'paud', 'subject' => 'PAUD Kenanga', 'applicant' => ['name' => 'Aminah'],
    'documents' => [['kind' => 'persyaratan_izin_paud', 'uri' => $uri]], 'external_id' => 'php-1'];
demand($application, asked('post', '/permits'), 'the application');
$permit = demand($tenggat->submit($application, 'php-1'), answered('post', '/permits'), 'its answer');
echo 'submitted ', $permit['state'], ' ', $permit['visits'][0]['step'], "\n";
echo 'repeated ', $tenggat->submit($application, 'php-1')['id'] === $permit['id'] ? 'same' : 'another', "\n";
$shown = demand($tenggat->permit($permit['number']), answered('get', '/permits/{id}'), 'the permit');
echo 'shown ', $shown['applicant']['name'], "\n";
$action = ['step' => 'verifikasi', 'action' => 'reject', 'on_behalf_of' => 'fo',
    'deficiencies' => [['document' => 'persyaratan_izin_paud', 'note' => 'belum dilegalisasi']]];
demand($action, asked('post', '/permits/{id}/actions'), 'the action');
$acted = demand($tenggat->act($permit['id'], $action, 'php-2'), answered('post', '/permits/{id}/actions'), 'its answer');
echo 'acted ', $acted['state'], ' ', $acted['step'], "\n";
try {
    $tenggat->act($permit['id'], ['step' => 'verifikasi', 'action' => 'accept', 'on_behalf_of' => 'fo'], 'php-3');
} catch (TenggatRefusal $refused) {
    demand($refused->problem, $document->components->schemas->Problem, 'the refusal');
    echo 'refused ', $refused->status, ' ', $refused->type, "\n";
}
$events = answered('get', '/events')->properties ?? followed(answered('get', '/events'))->properties;
for ($followed = 0, $left = 100, $cursor = null; $followed === 0 && $left > 0; --$left) {
    usleep(100_000);  // the undo window
    $cursor = $tenggat->changes($cursor, function (array $event, string $at) use (&$followed, $events): void {
        demand($event, $events->items->items, 'the event');
        ++$followed;
    });
}
echo 'followed ', $followed > 0 ? 'changes' : 'nothing', "\n";
