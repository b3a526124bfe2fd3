package db

import (
	"os"
	"syscall"
)

// volume is the file system a directory lies on.
type volume struct {
	name    string
	network bool // locks and writes of several hosts meet there
	layered bool // what is below decides whether writes are kept
	free    int64
}

// The magic numbers of statfs(2).
var volumes = map[int64]volume{
	0x6969:     {name: "NFS", network: true},
	0x517b:     {name: "SMB", network: true},
	0xff534d42: {name: "CIFS", network: true},
	0xfe534d42: {name: "SMB2", network: true},
	0x01021997: {name: "9p", network: true},
	0x65735546: {name: "FUSE", layered: true},
	0x794c7630: {name: "overlay", layered: true},
}

// volumeOf describes the file system of a directory; free is what an unprivileged user may still
// write, in bytes.
func volumeOf(dir string) (volume, error) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		return volume{}, err
	}
	v := volumes[int64(s.Type)&0xffffffff]
	v.free = int64(s.Bavail) * int64(s.Bsize)
	return v, nil
}

// allocate gives a file its size on the disk.
func allocate(f *os.File, size int64) error { return syscall.Fallocate(int(f.Fd()), 0, 0, size) }
