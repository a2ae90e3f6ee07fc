// A plugin with nothing but grpc-go: a listener whose one connection is standard input and output.
package main

import (
	"context"
	"io"
	"log"
	"net"
	"os"
	"strconv"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	pb "cigen.dev/plugin/test/go/pluginv1"
)

// stdio is a connection over two descriptors, which may be one socket or two pipes.
type stdio struct {
	closed chan struct{}
	once   sync.Once
}

func (c *stdio) Read(b []byte) (int, error)       { return os.Stdin.Read(b) }
func (c *stdio) Write(b []byte) (int, error)      { return os.Stdout.Write(b) }
func (c *stdio) Close() error                     { c.once.Do(func() { close(c.closed) }); return nil }
func (c *stdio) LocalAddr() net.Addr              { return &net.UnixAddr{Name: "stdio", Net: "unix"} }
func (c *stdio) RemoteAddr() net.Addr             { return c.LocalAddr() }
func (c *stdio) SetDeadline(time.Time) error      { return nil }
func (c *stdio) SetReadDeadline(time.Time) error  { return nil }
func (c *stdio) SetWriteDeadline(time.Time) error { return nil }

// listener hands its connection out once, and ends when that is closed.
type listener struct {
	conn *stdio
	once sync.Once
}

func (l *listener) Accept() (net.Conn, error) {
	var first net.Conn
	l.once.Do(func() { first = l.conn })
	if first != nil {
		return first, nil
	}
	<-l.conn.closed
	return nil, io.EOF
}

func (l *listener) Close() error   { return l.conn.Close() }
func (l *listener) Addr() net.Addr { return l.conn.LocalAddr() }

func handshake(_ context.Context, hello *pb.Hello) (*pb.PluginInfo, error) {
	log.Printf("hello, cig %s", hello.CoreVersion)
	return &pb.PluginInfo{Name: "test/go", Version: "1.0.0", Protocol: 1, Hooks: []string{"detect"}}, nil
}

func detect(_ context.Context, request *pb.DetectRequest) (*pb.DetectResult, error) {
	for _, file := range request.Repo.Files {
		if file.Path == "go.mod" {
			if string(file.Content) == "fail" {
				return nil, status.Error(codes.Internal, "asked to fail")
			}
			fact := &pb.Fact{Name: "bytes", Value: strconv.Itoa(len(file.Content)), Source: file.Path}
			return &pb.DetectResult{Signals: []string{"has_go_mod"}, Facts: []*pb.Fact{fact}, Confidence: 0.8}, nil
		}
	}
	return &pb.DetectResult{}, nil
}

// unary is what protoc-gen-go-grpc would write for one method.
func unary[Request, Result any](name string, handle func(context.Context, *Request) (*Result, error)) grpc.MethodDesc {
	return grpc.MethodDesc{
		MethodName: name,
		Handler: func(_ any, ctx context.Context, decode func(any) error, _ grpc.UnaryServerInterceptor) (any, error) {
			request := new(Request)
			if err := decode(request); err != nil {
				return nil, err
			}
			return handle(ctx, request)
		},
	}
}

func main() {
	service := grpc.ServiceDesc{
		ServiceName: "cigen.plugin.v1.Plugin",
		HandlerType: (*any)(nil),
		Methods:     []grpc.MethodDesc{unary("Handshake", handshake), unary("Detect", detect)},
	}
	server := grpc.NewServer(grpc.MaxRecvMsgSize(1<<30), grpc.MaxSendMsgSize(1<<30))
	server.RegisterService(&service, nil)
	conn := &stdio{closed: make(chan struct{})}
	if err := server.Serve(&listener{conn: conn}); err != nil && err != io.EOF {
		log.Fatal(err)
	}
}
