namespace TaserTelemetry.Ledger.Disks;

/// <summary>Why a disk operation failed, as far as anything here acts on it.</summary>
public enum DiskFault
{
    /// <summary>Anything else, an input/output error above all.</summary>
    Failed,

    /// <summary>No space left, or over quota (ENOSPC, EDQUOT).</summary>
    Full,

    /// <summary>No such file or folder (ENOENT).</summary>
    NotFound,

    /// <summary>The name is taken (EEXIST).</summary>
    Exists,

    /// <summary>Not permitted, or a read-only file system (EACCES, EPERM, EROFS).</summary>
    Denied,
}

/// <summary>A disk operation that failed: what was tried, on which path, and the system's answer.</summary>
public sealed class DiskException : IOException
{
    /// <summary>Makes one.</summary>
    /// <param name="fault">Class of the failure.</param>
    /// <param name="operation">The system call.</param>
    /// <param name="path">What it was tried on.</param>
    /// <param name="answer">The system's words.</param>
    public DiskException(DiskFault fault, string operation, string path, string answer)
        : base($"{operation} of {path} failed: {answer}.")
    {
        Fault = fault;
        Operation = operation;
        Path = path;
    }

    /// <summary>Class of the failure.</summary>
    public DiskFault Fault { get; }

    /// <summary>The system call.</summary>
    public string Operation { get; }

    /// <summary>What it was tried on.</summary>
    public string Path { get; }
}
