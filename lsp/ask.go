package lsp

import (
	"context"
	"fmt"
	"slices"

	protocol316 "github.com/tliron/glsp/protocol_3_16"

	"github.com/tusk-lsp/tusk-lsp/engine"
	"github.com/tusk-lsp/tusk-lsp/engine/tunnel"
	"github.com/tusk-lsp/tusk-lsp/secrets"
)

// SecretAnswer answers tusk/askSecret, whose parameters are an
// engine.SecretQuestion. Null is a dismissed question.
type SecretAnswer struct {
	Secret   string `json:"secret"`
	Remember bool   `json:"remember"` // in the keychain, not for the session alone
}

// askSecret asks clients that have a password prompt. LSP has none: users of
// others are told by the error to store the secret from a terminal.
func (s *session) askSecret(ctx context.Context, q engine.SecretQuestion) (engine.SecretAnswer, error) {
	if !s.now().client.asksSecrets {
		return engine.SecretAnswer{}, nil
	}
	ctx, cancel := s.whileConnected(ctx)
	defer cancel()
	var answer *SecretAnswer
	if err := s.conn.Call(ctx, "tusk/askSecret", q, &answer); err != nil {
		return engine.SecretAnswer{}, s.unanswered(ctx, err)
	}
	if answer == nil {
		return engine.SecretAnswer{}, nil
	}
	return engine.SecretAnswer{Secret: secrets.NewSecret(answer.Secret), Remember: answer.Remember}, nil
}

// acceptHost asks whether to trust an SSH host.
func (s *session) acceptHost(ctx context.Context, host *tunnel.UnknownHost) (bool, error) {
	return s.confirm(ctx, "Trust",
		fmt.Sprintf("The SSH host %s is not known. Its key is %s %s. Compare it with what the host's keeper tells. Is it the right one?",
			host.Host, host.Type, host.Fingerprint))
}

// confirm asks a question with one way to say yes; dismissed means no.
func (s *session) confirm(ctx context.Context, yes, question string) (bool, error) {
	chosen, err := s.pick(ctx, question, yes)
	return chosen == yes, err
}

// pick asks a question with several answers; "" is a dismissed one.
func (s *session) pick(ctx context.Context, question string, answers ...string) (string, error) {
	ctx, cancel := s.whileConnected(ctx)
	defer cancel()
	params := protocol316.ShowMessageRequestParams{Type: protocol316.MessageTypeWarning, Message: question}
	for _, answer := range answers {
		params.Actions = append(params.Actions, protocol316.MessageActionItem{Title: answer})
	}
	params.Actions = append(params.Actions, protocol316.MessageActionItem{Title: "Cancel"})
	var chosen *protocol316.MessageActionItem
	if err := s.conn.Call(ctx, string(protocol316.ServerWindowShowMessageRequest), params, &chosen); err != nil {
		return "", s.unanswered(ctx, err)
	}
	if chosen == nil || !slices.Contains(answers, chosen.Title) {
		return "", nil
	}
	return chosen.Title, nil
}

// unanswered is a question that the client could not ask, which is dismissed as
// by the user, unless ctx ended meanwhile.
func (s *session) unanswered(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return err
	}
	s.log.Warn("the client does not ask the user", "err", err)
	return nil
}

// whileConnected is ctx until the client is gone.
func (s *session) whileConnected(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(s.life, cancel)
	return ctx, func() { stop(); cancel() }
}
