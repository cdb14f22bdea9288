using TaserTelemetry.Ledger.Disks;

namespace TaserTelemetry.Ledger.Tests.Simulation;

/// <summary>The power fails: thrown out of the middle of an operation, and never caught by what is tested.</summary>
internal sealed class PowerFailure : Exception;

/// <summary>
/// A file system that knows what is durable and what is merely visible. What was written is visible at once and pending until it is
/// synced. A power failure keeps any subset of the pending 512-byte sectors of each file, in any order, and of each folder a beginning
/// of its pending changes. A sync that fails leaves the bytes visible, forgets that they were pending, and the disk never gets them.
/// </summary>
internal sealed class SimulatedDisk : IDisk
{
    private const int SectorBytes = 512;
    private readonly Random random;
    private Dictionary<string, Node> visible = new(StringComparer.Ordinal);
    private Dictionary<string, Node> durable = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<Action<Dictionary<string, Node>>>> pendingNames = new(StringComparer.Ordinal);
    private readonly HashSet<string> folders = new(StringComparer.Ordinal) { "/" };

    public SimulatedDisk(int seed) => random = new Random(seed);

    /// <summary>Changes and syncs so far.</summary>
    public long Operations { get; private set; }

    /// <summary>Power fails before this operation, counted from 1; 0 = never.</summary>
    public long FailPowerAt { get; set; }

    /// <summary>The first sync at or after this operation fails; 0 = none does.</summary>
    public long FailSyncAt { get; set; }

    /// <summary>From this operation on the disk is full, until <see cref="FullUntil"/>.</summary>
    public long FullFrom { get; set; } = long.MaxValue;

    /// <summary>See <see cref="FullFrom"/>.</summary>
    public long FullUntil { get; set; } = long.MaxValue;

    /// <summary>Every file's name and visible bytes; what a test flips bits in.</summary>
    public IEnumerable<(string Path, byte[] Bytes)> Files => visible.Select(file => (file.Key, file.Value.Visible.ToArray()));

    /// <summary>Puts bytes under a name, at once and durably: a copy from elsewhere, or somebody's meddling.</summary>
    public void Put(string path, ReadOnlySpan<byte> bytes)
    {
        var node = new Node();
        node.Write(bytes.ToArray(), 0);
        node.Sync();
        visible[path] = node;
        durable[path] = node;
        AddFolders(Path.GetDirectoryName(path)!);
    }

    /// <summary>Removes a name at once and durably.</summary>
    public void Remove(string path)
    {
        visible.Remove(path);
        durable.Remove(path);
    }

    /// <summary>The power fails now, and comes back: only what the disk kept is left, and it is all durable.</summary>
    public void LosePower()
    {
        foreach (var node in visible.Values.Concat(durable.Values).Distinct())
            node.LosePower(random);
        foreach (var changes in pendingNames.Values)
        {
            foreach (var change in changes.Take(random.Next(changes.Count + 1)))
                change(durable);
        }
        pendingNames.Clear();
        visible = new Dictionary<string, Node>(durable, StringComparer.Ordinal);
        FailPowerAt = FailSyncAt = 0;
        FullFrom = FullUntil = long.MaxValue;
    }

    public IDiskFile Open(string path, DiskAccess access)
    {
        if (access is DiskAccess.Read or DiskAccess.ReadWrite)
            return visible.TryGetValue(path, out var found)
                ? new OpenFile(this, found, path)
                : throw new DiskException(DiskFault.NotFound, "open", path, "no such file");
        Step(path, "open", grows: true);
        if (visible.ContainsKey(path))
            throw new DiskException(DiskFault.Exists, "open", path, "file exists");
        var node = new Node();
        ChangeName(path, names => names[path] = node);
        return new OpenFile(this, node, path);
    }

    public bool FileExists(string path) => visible.ContainsKey(path);

    public IReadOnlyList<string> FileNames(string folder) =>
        [
            .. visible
                .Keys.Where(path => Path.GetDirectoryName(path) == folder)
                .Select(path => Path.GetFileName(path))
                .Order(StringComparer.Ordinal),
        ];

    public void CreateFolder(string folder, bool isPrivate = false) => AddFolders(folder);

    public void WriteDerived(string path, ReadOnlySpan<byte> bytes)
    {
        AddFolders(Path.GetDirectoryName(path)!);
        Step(path, "rename", grows: true);
        var node = new Node();
        node.Write(bytes.ToArray(), 0);
        ChangeName(path, names => names[path] = node);
    }

    public void DeleteFolder(string folder)
    {
        foreach (var name in FileNames(folder))
            Delete(Path.Combine(folder, name));
        folders.Remove(folder);
    }

    public void Rename(string from, string to)
    {
        Step(to, "rename");
        if (!visible.TryGetValue(from, out var node))
            throw new DiskException(DiskFault.NotFound, "rename", from, "no such file");
        ChangeName(
            to,
            names =>
            {
                names.Remove(from);
                names[to] = node;
            }
        );
    }

    public void Delete(string path)
    {
        Step(path, "unlink");
        if (!visible.ContainsKey(path))
            throw new DiskException(DiskFault.NotFound, "unlink", path, "no such file");
        ChangeName(path, names => names.Remove(path));
    }

    public void SyncFolder(string folder)
    {
        Step(folder, "fsync");
        if (!pendingNames.Remove(folder, out var changes))
            return;
        FailIfItIsTime(folder); // and its changes are forgotten, as those of a file are
        foreach (var change in changes)
            change(durable);
    }

    public void SyncFileSystem(string folder)
    {
        Step(folder, "syncfs");
        foreach (var node in visible.Values)
            node.Sync();
        foreach (var changes in pendingNames.Values)
        {
            foreach (var change in changes)
                change(durable);
        }
        pendingNames.Clear();
    }

    private void AddFolders(string folder)
    {
        if (folders.Add(folder))
            AddFolders(Path.GetDirectoryName(folder)!);
    }

    private void ChangeName(string path, Action<Dictionary<string, Node>> change)
    {
        change(visible);
        var folder = Path.GetDirectoryName(path)!;
        if (!pendingNames.TryGetValue(folder, out var changes))
            pendingNames.Add(folder, changes = []);
        changes.Add(change);
    }

    private void Step(string path, string operation, bool grows = false)
    {
        Operations++;
        if (Operations == FailPowerAt)
            throw new PowerFailure();
        if (grows && Operations >= FullFrom && Operations < FullUntil)
            throw new DiskException(DiskFault.Full, operation, path, "no space left");
    }

    private void FailIfItIsTime(string path)
    {
        if (FailSyncAt == 0 || Operations < FailSyncAt)
            return;
        FailSyncAt = 0;
        throw new DiskException(DiskFault.Failed, "fsync", path, "input/output error");
    }

    private sealed class OpenFile(SimulatedDisk disk, Node node, string path) : IDiskFile
    {
        public long Length => node.Visible.Length;

        public int Read(Span<byte> into, long offset)
        {
            var there = node.Visible.Span;
            if (offset >= there.Length)
                return 0;
            var count = (int)Math.Min(into.Length, there.Length - offset);
            there.Slice((int)offset, count).CopyTo(into);
            return count;
        }

        public void Write(ReadOnlySpan<byte> bytes, long offset)
        {
            disk.Step(path, "pwrite", grows: offset + bytes.Length > node.Visible.Length);
            node.Write(bytes.ToArray(), (int)offset);
        }

        public void Sync()
        {
            disk.Step(path, "fdatasync");
            try
            {
                disk.FailIfItIsTime(path);
            }
            catch (DiskException)
            {
                node.ForgetPending();
                throw;
            }
            node.Sync();
        }

        public void Dispose() { }
    }

    private sealed class Node
    {
        private readonly List<(int Offset, byte[] Bytes)> pending = [];
        private byte[] seen = [];
        private byte[] kept = [];

        public ReadOnlyMemory<byte> Visible => seen;

        public void Write(byte[] bytes, int offset)
        {
            Apply(ref seen, bytes, offset);
            pending.Add((offset, bytes));
        }

        public void Sync()
        {
            foreach (var (offset, bytes) in pending)
                Apply(ref kept, bytes, offset);
            pending.Clear();
        }

        public void ForgetPending() => pending.Clear();

        public void LosePower(Random random)
        {
            var keepMost = random.Next(3); // none to speak of, half, nearly all: so that single lost sectors occur as well
            foreach (var (offset, bytes) in pending)
            {
                for (var at = 0; at < bytes.Length; )
                {
                    var sector = Math.Min(bytes.Length - at, SectorBytes - ((offset + at) % SectorBytes));
                    if (
                        random.Next(10)
                        < (
                            keepMost == 0 ? 1
                            : keepMost == 1 ? 5
                            : 9
                        )
                    )
                        Apply(ref kept, bytes.AsSpan(at, sector), offset + at);
                    at += sector;
                }
            }
            pending.Clear();
            seen = [.. kept];
        }

        private static void Apply(ref byte[] target, ReadOnlySpan<byte> bytes, int offset)
        {
            if (target.Length < offset + bytes.Length)
                Array.Resize(ref target, offset + bytes.Length);
            bytes.CopyTo(target.AsSpan(offset));
        }
    }
}
