package main

import (
	"os"
	"syscall"
	"unsafe"
)

const tcflsh = 0x540B // ioctl of tcflush; 0 = what was received and not read

// openPort opens a serial line raw, 8N1, without flow control (3.1); its speed is left as it was set by hand.
func openPort(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		return nil, err
	}
	var t syscall.Termios
	if _, _, e := syscall.Syscall(syscall.SYS_IOCTL, f.Fd(), syscall.TCGETS, uintptr(unsafe.Pointer(&t))); e != 0 {
		f.Close()
		return nil, e
	}
	t.Iflag, t.Oflag, t.Lflag = 0, 0, 0
	t.Cflag = t.Cflag&^(syscall.CSIZE|syscall.PARENB|syscall.CSTOPB) | syscall.CS8 | syscall.CREAD | syscall.CLOCAL
	t.Cc[syscall.VMIN], t.Cc[syscall.VTIME] = 1, 0
	if _, _, e := syscall.Syscall(syscall.SYS_IOCTL, f.Fd(), syscall.TCSETS, uintptr(unsafe.Pointer(&t))); e != 0 {
		f.Close()
		return nil, e
	}
	// What still waits in the line was said to whoever had it open before.
	if _, _, e := syscall.Syscall(syscall.SYS_IOCTL, f.Fd(), tcflsh, 0); e != 0 {
		f.Close()
		return nil, e
	}
	return f, nil
}
