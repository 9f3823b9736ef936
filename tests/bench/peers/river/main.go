// A permit service as a team would write it by hand on River: what a step of a permit and a due timer cost there, beside
// Tenggat's in the same run (tests/bench/peers.cpp).
//
//	river URL steps PERMITS CLIENTS  takes each permit through all its steps, CLIENTS at a time, over HTTP
//	river URL timers COUNT           COUNT timers that fall due in one second, until each has been worked
//
// A step is one transaction: the answer kept under the request's key, the permit locked and moved on, its visit closed and
// the next opened, an event, the due timer of the visit cancelled and the next one's set, a notification that waits two
// minutes for an undo. The last line of the output is a JSON object.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"sort"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
)

const lastStep = 9 // the first is the submission's

const schema = `
CREATE TABLE permit (id bigint PRIMARY KEY, step int NOT NULL, state text NOT NULL, changed_at timestamptz NOT NULL);
CREATE TABLE visit (permit bigint, id int, role text NOT NULL, opened_at timestamptz NOT NULL, due_at timestamptz NOT NULL,
  closed_at timestamptz, closed_by text, timer bigint, PRIMARY KEY (permit, id));
CREATE INDEX visit_open ON visit (role, due_at) WHERE closed_at IS NULL;
CREATE TABLE event (permit bigint, sequence int, type text NOT NULL, actor text NOT NULL, at timestamptz NOT NULL,
  fields jsonb NOT NULL, PRIMARY KEY (permit, sequence));
CREATE TABLE answer (key text PRIMARY KEY, status int NOT NULL, body text NOT NULL, at timestamptz NOT NULL);`

type dueArgs struct {
	Permit int64 `json:"permit"`
	Visit  int   `json:"visit"`
}

func (dueArgs) Kind() string { return "due" }

type noticeArgs struct {
	Permit int64  `json:"permit"`
	Role   string `json:"role"`
}

func (noticeArgs) Kind() string { return "notice" }

type noticeWorker struct {
	river.WorkerDefaults[noticeArgs]
}

func (noticeWorker) Work(context.Context, *river.Job[noticeArgs]) error { return nil }

// What falls due is an event of its permit and a notification, done with in the same transaction.
type dueWorker struct {
	river.WorkerDefaults[dueArgs]
	pool   *pgxpool.Pool
	client func() *river.Client[pgx.Tx]
	worked *atomic.Int64
}

func (w *dueWorker) Work(ctx context.Context, job *river.Job[dueArgs]) error {
	err := pgx.BeginFunc(ctx, w.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `INSERT INTO event SELECT $1, coalesce(max(sequence), 0) + 1, 'due', 'system', now(),
			jsonb_build_object('visit', $2::int) FROM event WHERE permit = $1`, job.Args.Permit, job.Args.Visit); err != nil {
			return err
		}
		if _, err := w.client().InsertTx(ctx, tx, noticeArgs{job.Args.Permit, "role"},
			&river.InsertOpts{ScheduledAt: time.Now().Add(time.Hour)}); err != nil {
			return err
		}
		_, err := river.JobCompleteTx[*riverpgxv5.Driver](ctx, tx, job)
		return err
	})
	if err == nil {
		w.worked.Add(1)
	}
	return err
}

type service struct {
	pool   *pgxpool.Pool
	river  *river.Client[pgx.Tx]
	worked atomic.Int64
}

var errNotThere = errors.New("the permit does not wait at this step")

func role(step int) string { return fmt.Sprintf("role-%d", step) }

func (s *service) openVisit(ctx context.Context, tx pgx.Tx, permit int64, step int) error {
	due := time.Now().Add(96 * time.Hour)
	timer, err := s.river.InsertTx(ctx, tx, dueArgs{permit, step}, &river.InsertOpts{ScheduledAt: due})
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO visit (permit, id, role, opened_at, due_at, timer) VALUES ($1, $2, $3, now(), $4, $5)`,
		permit, step, role(step), due, timer.Job.ID)
	return err
}

func (s *service) submit(ctx context.Context, permit int64) error {
	return pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `INSERT INTO permit VALUES ($1, 1, 'active', now())`, permit); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `INSERT INTO event VALUES ($1, 1, 'submitted', 'portal', now(), '{}')`, permit); err != nil {
			return err
		}
		return s.openVisit(ctx, tx, permit, 1)
	})
}

type action struct {
	Step int    `json:"step"`
	By   string `json:"by"`
	Note string `json:"note"`
}

func (s *service) act(ctx context.Context, permit int64, key string, do action) (string, error) {
	var answer string
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if err := tx.QueryRow(ctx, `SELECT body FROM answer WHERE key = $1`, key).Scan(&answer); err == nil {
			return nil
		} else if !errors.Is(err, pgx.ErrNoRows) {
			return err
		}
		var step int
		if err := tx.QueryRow(ctx, `SELECT step FROM permit WHERE id = $1 FOR UPDATE`, permit).Scan(&step); err != nil {
			return err
		}
		if step != do.Step {
			return errNotThere
		}
		var timer int64
		if err := tx.QueryRow(ctx, `UPDATE visit SET closed_at = now(), closed_by = $3 WHERE permit = $1 AND id = $2 RETURNING timer`,
			permit, step, do.By).Scan(&timer); err != nil {
			return err
		}
		if _, err := s.river.JobCancelTx(ctx, tx, timer); err != nil {
			return err
		}
		fields, _ := json.Marshal(map[string]any{"step": step, "note": do.Note})
		if _, err := tx.Exec(ctx, `INSERT INTO event SELECT $1, max(sequence) + 1, 'acted', $2, now(), $3 FROM event WHERE permit = $1`,
			permit, do.By, fields); err != nil {
			return err
		}
		state := "active"
		if step < lastStep {
			if err := s.openVisit(ctx, tx, permit, step+1); err != nil {
				return err
			}
		} else {
			state = "issued"
		}
		if _, err := tx.Exec(ctx, `UPDATE permit SET step = $2, state = $3, changed_at = now() WHERE id = $1`, permit, step+1, state); err != nil {
			return err
		}
		if _, err := s.river.InsertTx(ctx, tx, noticeArgs{permit, role(step + 1)},
			&river.InsertOpts{ScheduledAt: time.Now().Add(2 * time.Minute)}); err != nil {
			return err
		}
		answer = fmt.Sprintf(`{"id":"%d","step":%d,"state":%q}`, permit, step+1, state)
		_, err := tx.Exec(ctx, `INSERT INTO answer VALUES ($1, 200, $2, now())`, key, answer)
		return err
	})
	return answer, err
}

func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	permit, err := strconv.ParseInt(r.PathValue("permit"), 10, 64)
	var do action
	if err != nil || json.NewDecoder(r.Body).Decode(&do) != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	answer, err := s.act(r.Context(), permit, r.Header.Get("Idempotency-Key"), do)
	switch {
	case errors.Is(err, errNotThere):
		w.WriteHeader(http.StatusConflict)
	case err != nil:
		http.Error(w, err.Error(), http.StatusInternalServerError)
	default:
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, answer)
	}
}

// What a client saw.
type run struct {
	Steps   int     `json:"steps"`
	Seconds float64 `json:"seconds"`
	P99     float64 `json:"p99_ms"`
}

func takeThrough(client *http.Client, address string, permit int64, times *[]float64) {
	for step := 1; step <= lastStep; step++ {
		body, _ := json.Marshal(action{step, "officer", "as recommended"})
		request, _ := http.NewRequest("POST", fmt.Sprintf("http://%s/permits/%d/actions", address, permit), bytes.NewReader(body))
		request.Header.Set("Idempotency-Key", fmt.Sprintf("%d-%d", permit, step))
		begun := time.Now()
		answer, err := client.Do(request)
		if err != nil {
			log.Fatal(err)
		}
		if answer.StatusCode != http.StatusOK {
			log.Fatal(answer.Status)
		}
		answer.Body.Close()
		*times = append(*times, float64(time.Since(begun).Microseconds())/1000)
	}
}

func (s *service) steps(ctx context.Context, permits, clients int) run {
	for permit := 1; permit <= permits; permit++ {
		if err := s.submit(ctx, int64(permit)); err != nil {
			log.Fatal(err)
		}
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	routes := http.NewServeMux()
	routes.Handle("POST /permits/{permit}/actions", s)
	go http.Serve(listener, routes)
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: clients}}
	all := make([][]float64, clients)
	var next atomic.Int64
	var working sync.WaitGroup
	begun := time.Now()
	for c := range clients {
		working.Add(1)
		go func() {
			defer working.Done()
			for permit := next.Add(1); permit <= int64(permits); permit = next.Add(1) {
				takeThrough(client, listener.Addr().String(), permit, &all[c])
			}
		}()
	}
	working.Wait()
	seconds := time.Since(begun).Seconds()
	var times []float64
	for _, some := range all {
		times = append(times, some...)
	}
	sort.Float64s(times)
	return run{len(times), seconds, times[len(times)*99/100]}
}

func (s *service) timers(ctx context.Context, count int) run {
	due := time.Now().Add(time.Duration(count/5000+5) * time.Second)
	for first := 0; first < count; first += 5000 {
		var jobs []river.InsertManyParams
		for i := first; i < min(first+5000, count); i++ {
			jobs = append(jobs, river.InsertManyParams{Args: dueArgs{int64(i), 1}, InsertOpts: &river.InsertOpts{ScheduledAt: due}})
		}
		if _, err := s.river.InsertManyFast(ctx, jobs); err != nil {
			log.Fatal(err)
		}
	}
	if err := s.river.Start(ctx); err != nil {
		log.Fatal(err)
	}
	time.Sleep(time.Until(due))
	begun := time.Now()
	for s.worked.Load() < int64(count) {
		time.Sleep(10 * time.Millisecond)
	}
	return run{Steps: count, Seconds: time.Since(begun).Seconds()}
}

func number(at int) int {
	if at >= len(os.Args) {
		log.Fatal("river URL steps PERMITS CLIENTS | river URL timers COUNT")
	}
	n, err := strconv.Atoi(os.Args[at])
	if err != nil {
		log.Fatal(err)
	}
	return n
}

func main() {
	ctx := context.Background()
	if len(os.Args) < 4 {
		log.Fatal("river URL steps PERMITS CLIENTS | river URL timers COUNT")
	}
	settings, err := pgxpool.ParseConfig(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	settings.MaxConns = 64
	pool, err := pgxpool.NewWithConfig(ctx, settings)
	if err != nil {
		log.Fatal(err)
	}
	migrator, err := rivermigrate.New(riverpgxv5.New(pool), nil)
	if err != nil {
		log.Fatal(err)
	}
	if _, err = migrator.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		log.Fatal(err)
	}
	if _, err = pool.Exec(ctx, schema); err != nil {
		log.Fatal(err)
	}
	s := &service{pool: pool}
	workers := river.NewWorkers()
	river.AddWorker(workers, &noticeWorker{})
	river.AddWorker(workers, &dueWorker{pool: pool, client: func() *river.Client[pgx.Tx] { return s.river }, worked: &s.worked})
	s.river, err = river.NewClient(riverpgxv5.New(pool), &river.Config{
		Queues: map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: 100}}, Workers: workers})
	if err != nil {
		log.Fatal(err)
	}
	var done run
	if os.Args[2] == "steps" {
		done = s.steps(ctx, number(3), number(4))
	} else {
		done = s.timers(ctx, number(3))
	}
	said, _ := json.Marshal(done)
	fmt.Println(string(said))
}
