package capture

import (
	"context"
	"errors"
	"fmt"
	"regexp"

	"gocloud.dev/blob"
	"gocloud.dev/gcerrors"

	"github.com/claimtrail/claimtrail/internal/kb"
)

// Blobs keeps bytes under their SHA-256, so that the same bytes are kept once
// and what is read back can be checked.
type Blobs struct{ bucket *blob.Bucket }

// NewBlobs keeps blobs in a bucket.
func NewBlobs(bucket *blob.Bucket) *Blobs { return &Blobs{bucket} }

var hexHash = regexp.MustCompile(`^[0-9a-f]{64}$`)

func key(hash string) string { return "sha256/" + hash[:2] + "/" + hash[2:] }

// Put keeps the bytes and gives their hash. A blob appears whole or not at all.
func (b *Blobs) Put(ctx context.Context, body []byte) (string, error) {
	hash := sum(body)
	there, err := b.bucket.Exists(ctx, key(hash))
	if err != nil {
		return "", fmt.Errorf("look for blob: %w", err)
	}
	if there {
		return hash, nil
	}
	if err := b.bucket.WriteAll(ctx, key(hash), body, &blob.WriterOptions{ContentType: "application/octet-stream"}); err != nil {
		return "", fmt.Errorf("keep blob: %w", err)
	}
	return hash, nil
}

// Get gives the bytes of a hash. Errors: NotFound; and what is kept but does not
// have its hash any more is an error too.
func (b *Blobs) Get(ctx context.Context, hash string) ([]byte, error) {
	if !hexHash.MatchString(hash) {
		return nil, kb.Errorf(kb.NotFound, "There is no capture of this hash.")
	}
	body, err := b.bucket.ReadAll(ctx, key(hash))
	if gcerrors.Code(err) == gcerrors.NotFound {
		return nil, kb.Errorf(kb.NotFound, "The bytes of this capture are not kept here.").Because(err)
	}
	if err != nil {
		return nil, fmt.Errorf("read blob: %w", err)
	}
	if sum(body) != hash {
		return nil, errors.New("read blob: its bytes are not those that were captured")
	}
	return body, nil
}

// Delete removes the bytes of a hash; what is gone already is no error.
func (b *Blobs) Delete(ctx context.Context, hash string) error {
	if !hexHash.MatchString(hash) {
		return nil
	}
	if err := b.bucket.Delete(ctx, key(hash)); err != nil && gcerrors.Code(err) != gcerrors.NotFound {
		return fmt.Errorf("delete blob: %w", err)
	}
	return nil
}
