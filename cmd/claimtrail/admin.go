package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/claimtrail/claimtrail/internal/kb"
	"github.com/claimtrail/claimtrail/internal/store"
	"github.com/claimtrail/claimtrail/seed"
)

type migrateCmd struct {
	databaseFlags

	OwnerDatabaseURL string           `name:"owner-database-url" help:"Address by which the schema's owner connects; default: the database's."`
	Up               migrateUpCmd     `cmd:"" default:"1" help:"Apply what is pending."`
	Status           migrateStatusCmd `cmd:"" help:"List the migrations."`
}

type (
	migrateUpCmd     struct{}
	migrateStatusCmd struct{}
)

func (c *migrateCmd) owner() string {
	if c.OwnerDatabaseURL != "" {
		return c.OwnerDatabaseURL
	}
	return c.address()
}

// appRole gives the role that the application connects as when it is not the
// owner: it gets the rights that it needs and no more.
func (c *migrateCmd) appRole() string {
	app, errApp := url.Parse(c.address())
	owner, errOwner := url.Parse(c.owner())
	if c.OwnerDatabaseURL == "" || errApp != nil || errOwner != nil || app.User == nil || owner.User == nil {
		return ""
	}
	if app.User.Username() == owner.User.Username() {
		return ""
	}
	return app.User.Username()
}

// Run applies pending migrations.
func (*migrateUpCmd) Run(env *environment, parent *commands) error {
	c := &parent.Migrate
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return fmt.Errorf("make data folder: %w", err)
	}
	list, err := store.Migrate(env.ctx, c.owner(), c.appRole())
	if err != nil {
		return err
	}
	return printMigrations(env, list)
}

// Run lists the migrations.
func (*migrateStatusCmd) Run(env *environment, parent *commands) error {
	list, err := store.Status(env.ctx, parent.Migrate.owner())
	if err != nil {
		return err
	}
	return printMigrations(env, list)
}

func printMigrations(env *environment, list []store.MigrationStatus) error {
	w := tabwriter.NewWriter(env.stdout, 0, 0, 2, ' ', 0)
	for _, m := range list {
		applied := "pending"
		if !m.Applied.IsZero() {
			applied = m.Applied.UTC().Format(time.RFC3339)
		}
		fmt.Fprintf(w, "%d\t%s\t%s\n", m.Version, m.Name, applied)
	}
	return w.Flush()
}

type baseFlag struct {
	BaseURL string `name:"base-url" default:"http://127.0.0.1:8080" help:"Public origin, as in links and in the log's name."`
}

type seedCmd struct {
	databaseFlags
	baseFlag

	Dir string `arg:"" optional:"" help:"Folder of a data set; default: the demonstration that comes with the program."`
}

// Run loads a data set.
func (c *seedCmd) Run(env *environment) error {
	set := seed.Data()
	if c.Dir != "" {
		set = os.DirFS(c.Dir)
		if _, err := fs.Stat(set, "accounts.json"); err != nil {
			return fmt.Errorf("%s is no data set: it has no accounts.json", c.Dir)
		}
	}
	return withSite(env, c.databaseFlags, c.BaseURL, func(ctx context.Context, s *site) error {
		if err := seed.Load(ctx, s.desk, set); err != nil {
			return err
		}
		fmt.Fprintln(env.stdout, "loaded")
		return nil
	})
}

func withSite(env *environment, f databaseFlags, base string, do func(context.Context, *site) error) error {
	s, err := openSite(env.ctx, f, strings.TrimSuffix(base, "/"), slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	return errors.Join(do(env.ctx, s), s.close())
}

type userCmd struct {
	databaseFlags
	baseFlag

	Add         userAddCmd      `cmd:"" help:"Make an account; prints a one-time link to set the password."`
	List        userListCmd     `cmd:"" help:"List the accounts."`
	Disable     userDisableCmd  `cmd:"" help:"Close an account and end its sessions."`
	SetPassword userPasswordCmd `cmd:"" name:"set-password" help:"Print a one-time link to set the password anew."`
}

func (c *userCmd) withSite(env *environment, do func(context.Context, *site) error) error {
	flags := c.databaseFlags
	flags.keyless = true
	return withSite(env, flags, c.BaseURL, do)
}

type userAddCmd struct {
	Email         string `required:"" help:"E-mail address, to sign in with."`
	Name          string `required:"" help:"Name, as it stands beside rulings."`
	Role          string `required:"" help:"Roles, separated by commas: suggester, researcher, reviewer, publisher, admin, auditor."`
	PasswordStdin bool   `name:"password-stdin" help:"Read the password from standard input instead of printing a link."`
}

// Run makes an account.
func (c *userAddCmd) Run(env *environment, parent *commands) error {
	roles, err := kb.ParseRoles(c.Role)
	if err != nil {
		return err
	}
	return parent.User.withSite(env, func(ctx context.Context, s *site) error {
		password, err := readPassword(env, c.PasswordStdin)
		if err != nil {
			return err
		}
		id, token, err := s.desk.AddAccount(ctx, kb.System, kb.AccountInput{Name: c.Name, Email: c.Email, Roles: roles})
		if err != nil {
			return err
		}
		if password != "" {
			return s.desk.SetPassword(ctx, kb.System, id, password)
		}
		printLink(env, s, token)
		return nil
	})
}

// readPassword reads and checks a password before anything is written.
func readPassword(env *environment, wanted bool) (string, error) {
	if !wanted {
		return "", nil
	}
	line, err := bufio.NewReader(env.stdin).ReadString('\n')
	if err != nil && line == "" {
		return "", fmt.Errorf("read password from standard input: %w", err)
	}
	password := strings.TrimRight(line, "\r\n")
	return password, kb.ValidatePassword(password)
}

func printLink(env *environment, s *site, token string) {
	fmt.Fprintf(env.stdout, "%s/login/link/%s\n", s.base, token)
}

type userListCmd struct{}

// Run lists the accounts.
func (*userListCmd) Run(env *environment, parent *commands) error {
	return parent.User.withSite(env, func(ctx context.Context, s *site) error {
		accounts, err := s.db.Desk(ctx).Accounts()
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(env.stdout, 0, 0, 2, ' ', 0)
		for _, a := range accounts {
			state := "active"
			if a.Disabled {
				state = "disabled"
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", a.ID, a.Email, strings.ReplaceAll(a.Roles.String(), " ", ","), state)
		}
		return w.Flush()
	})
}

type userDisableCmd struct {
	Email string `required:"" help:"E-mail address of the account."`
}

// Run closes an account.
func (c *userDisableCmd) Run(env *environment, parent *commands) error {
	return parent.User.withSite(env, func(ctx context.Context, s *site) error {
		known, err := s.desk.FindAccount(ctx, c.Email)
		if err != nil {
			return fmt.Errorf("there is no account %s", c.Email)
		}
		return s.desk.SetDisabled(ctx, kb.System, known.Account, true)
	})
}

type userPasswordCmd struct {
	Email         string `required:"" help:"E-mail address of the account."`
	PasswordStdin bool   `name:"password-stdin" help:"Read the password from standard input instead of printing a link."`
}

// Run sets a password, or prints a link to set it.
func (c *userPasswordCmd) Run(env *environment, parent *commands) error {
	return parent.User.withSite(env, func(ctx context.Context, s *site) error {
		known, err := s.desk.FindAccount(ctx, c.Email)
		if err != nil {
			return fmt.Errorf("there is no account %s", c.Email)
		}
		password, err := readPassword(env, c.PasswordStdin)
		if err != nil {
			return err
		}
		if password != "" {
			return s.desk.SetPassword(ctx, kb.System, known.Account, password)
		}
		token, err := s.desk.RecoveryLink(ctx, kb.System, known.Account)
		if err == nil {
			printLink(env, s, token)
		}
		return err
	})
}

type versionCmd struct{}

// version is set when a release is built.
var version = "development"

// Run shows what this program was built from.
func (*versionCmd) Run(env *environment) error {
	commit := "unknown"
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				commit = s.Value
			}
		}
	}
	_, err := fmt.Fprintf(env.stdout, "claimtrail %s, commit %s, %s\n", version, commit, runtime.Version())
	return err
}
