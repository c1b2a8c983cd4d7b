package storetest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Replica is a streaming replica of the test server: a process of its own, which is
// stopped and removed at the end of the test.
type Replica struct {
	dir     string
	bin     string
	as      *syscall.Credential // PostgreSQL refuses to run as root
	setting []string
	process *exec.Cmd
	ended   chan struct{} // closed when the process has ended
}

// patience is how long a replica may take to start, or to catch up.
const patience = time.Minute

// NewReplica starts a replica that follows the test server.
func NewReplica(t testing.TB) *Replica {
	t.Helper()
	if os.Getenv(serverVariable) == "" {
		t.Fatalf("no PostgreSQL server: run the tests with make test, or give the address of a throw-away server on this machine in %s", serverVariable)
	}
	r := &Replica{bin: ask(t, "SELECT setting FROM pg_config WHERE name = 'BINDIR'")}
	if os.Getuid() == 0 {
		owner, err := os.Stat(ask(t, "SHOW data_directory"))
		if err != nil {
			t.Fatalf("the test server is not on this machine: %v", err)
		}
		of := owner.Sys().(*syscall.Stat_t)
		r.as = &syscall.Credential{Uid: of.Uid, Gid: of.Gid}
	}
	for _, name := range []string{"max_connections", "max_worker_processes", "max_wal_senders", "max_locks_per_transaction"} { // at least those of the primary
		r.setting = append(r.setting, "-c", name+"="+ask(t, "SHOW "+name))
	}
	dir, err := os.MkdirTemp("", "claimtrail-replica") // short: the path of a socket is
	if err != nil {
		t.Fatal(err)
	}
	r.dir = dir
	if r.as != nil {
		if err := os.Chown(dir, int(r.as.Uid), int(r.as.Gid)); err != nil {
			t.Fatal(err)
		}
	}
	slot := strings.ReplaceAll(filepath.Base(dir), "-", "_")
	t.Cleanup(func() {
		if r.process != nil {
			r.Kill(t)
		}
		deadline := time.Now().Add(patience)
		for err := admin("SELECT pg_drop_replication_slot('" + slot + "')"); err != nil; err = admin("SELECT pg_drop_replication_slot('" + slot + "')") {
			if time.Now().After(deadline) { // the server has not noticed that it is gone
				t.Error(err)
				break
			}
		}
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	copied := r.command("pg_basebackup", "-d", serverAddress("postgres"), "-D", r.data(), "-R", "-X", "stream", "-C", "-S", slot, "--checkpoint=fast", "--no-sync")
	if out, err := copied.CombinedOutput(); err != nil {
		t.Fatalf("copy the test server: %v\n%s", err, out)
	}
	r.Start(t)
	return r
}

func (r *Replica) data() string { return filepath.Join(r.dir, "data") }

func (r *Replica) logFile() string { return filepath.Join(r.dir, "log") }

func (r *Replica) said() string {
	log, err := os.ReadFile(r.logFile())
	return fmt.Sprintf("%s %v", log, err)
}

func (r *Replica) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(r.bin, name), args...)
	cmd.Dir = r.dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: r.as, Setpgid: true}
	return cmd
}

// Start starts the replica again after Kill, and waits until it can be read.
func (r *Replica) Start(t testing.TB) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for {
		log, err := os.Create(r.logFile())
		if err != nil {
			t.Fatal(err)
		}
		r.process = r.command("postgres", append([]string{"-D", r.data(), "-k", r.dir, "-c", "listen_addresses=", "-c", "fsync=off"}, r.setting...)...)
		r.process.Stdout, r.process.Stderr = log, log
		if err := errors.Join(r.process.Start(), log.Close()); err != nil {
			t.Fatal(err)
		}
		r.ended = make(chan struct{})
		go func() {
			defer close(r.ended)
			_ = r.process.Wait() // however it ended
		}()
		if r.answers(deadline) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("the replica does not start:\n%s", r.said())
		}
	}
}

// answers waits until the replica can be read. It ends at once while processes of the
// one that was killed have not ended yet.
func (r *Replica) answers(deadline time.Time) bool {
	for time.Now().Before(deadline) {
		select {
		case <-r.ended:
			return false
		default:
		}
		if _, err := query(r.Address(serverAddress("postgres")), "SELECT 1"); err == nil {
			return true
		}
	}
	return false
}

// Address gives where the replica shows a database of the test server.
func (r *Replica) Address(primary string) string {
	u, err := url.Parse(primary)
	if err != nil {
		return ""
	}
	q := u.Query()
	q.Set("host", r.dir)
	q.Del("port")
	u.Host, u.RawQuery = "", q.Encode()
	return u.String()
}

// Kill ends all processes of the replica at once.
func (r *Replica) Kill(t testing.TB) {
	t.Helper()
	r.signal(t, syscall.SIGKILL)
	<-r.ended
}

// Pause lets the replica fall behind, until Resume.
func (r *Replica) Pause(t testing.TB) { t.Helper(); r.tell(t, "SELECT pg_wal_replay_pause()") }

// Resume lets it catch up.
func (r *Replica) Resume(t testing.TB) { t.Helper(); r.tell(t, "SELECT pg_wal_replay_resume()") }

func (r *Replica) tell(t testing.TB, statement string) {
	t.Helper()
	if _, err := query(r.Address(serverAddress("postgres")), statement); err != nil {
		t.Fatal(err)
	}
}

// CatchUp waits until the replica has what was committed before.
func (r *Replica) CatchUp(t testing.TB) {
	t.Helper()
	written := ask(t, "SELECT pg_current_wal_insert_lsn()")
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		if behind, err := query(r.Address(serverAddress("postgres")), "SELECT pg_last_wal_replay_lsn() < '"+written+"'"); err == nil && behind == "false" {
			return
		}
	}
	t.Fatalf("the replica does not catch up with %s:\n%s", written, r.said())
}

// Readers counts the connections to the replica of a database.
func (r *Replica) Readers(t testing.TB, primary string) int {
	t.Helper()
	u, err := url.Parse(primary)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := query(r.Address(serverAddress("postgres")), "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = '"+strings.TrimPrefix(u.Path, "/")+"'")
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.Atoi(answer)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// ask gives what the test server answers to a question.
func ask(t testing.TB, question string) string {
	t.Helper()
	answer, err := query(os.Getenv(serverVariable), question)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

func query(address, question string) (string, error) {
	pool, err := sql.Open("pgx", address)
	if err != nil {
		return "", err
	}
	defer pool.Close()
	var answer string
	if err := pool.QueryRowContext(context.Background(), question).Scan(&answer); err != nil {
		return "", fmt.Errorf("%s: %w", question, err)
	}
	return answer, nil
}

// Freeze stops all processes of the replica, so that it keeps connections and answers
// nobody, until Thaw.
func (r *Replica) Freeze(t testing.TB) { t.Helper(); r.signal(t, syscall.SIGSTOP) }

// Thaw lets them go on.
func (r *Replica) Thaw(t testing.TB) { t.Helper(); r.signal(t, syscall.SIGCONT) }

func (r *Replica) signal(t testing.TB, signal syscall.Signal) {
	t.Helper()
	select {
	case <-r.ended:
		return // its number may be another's by now
	default:
	}
	list, err := exec.Command("ps", "-A", "-o", "pid=,ppid=").Output()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(list)) {
		var pid, parent int
		if _, err := fmt.Sscan(line, &pid, &parent); err != nil {
			t.Fatal(err)
		}
		if pid != r.process.Process.Pid && parent != r.process.Process.Pid {
			continue
		}
		if err := syscall.Kill(pid, signal); err != nil && !errors.Is(err, syscall.ESRCH) {
			t.Fatal(err)
		}
	}
}
