namespace Agents.Importers.Scap;

internal static partial class EventTable
{
    /// <summary>Parameters that begin the exits of execve and clone.</summary>
    private const string ProcessPrefix = "res exe args tid pid ptid cwd fdlimit pgft_maj pgft_min vm_size vm_rss vm_swap";

    /// <summary>Parameters that were added to the exits of execve later.</summary>
    private const string ExecAdditions =
        "cap_inheritable cap_permitted cap_effective exe_ino exe_ino_ctime exe_ino_mtime uid trusted_exepath";

    /// <summary>
    /// The event types in the order of their numbers, two to a line: name, then the parameters of the enter event (even number) and,
    /// behind the bar, of the exit event (odd number). Types of which nothing is mapped only have the number of their parameters (#);
    /// "-" stands for none, "!" for a type that does not occur, "*" for <see cref="ProcessPrefix"/>, "+" for <see cref="ExecAdditions"/>.
    /// A number once given never changes its meaning; new parameters come at the end. Source: the event table of falcosecurity/libs.
    /// </summary>
    private const string Types = """
        syscall ID nativeID|ID
        open name flags mode|fd name flags mode dev ino
        close fd|res
        read #2|#2
        write #2|#2
        brk #1|#1
        execve -|res exe args tid pid ptid cwd fdlimit
        clone -|res exe args tid pid ptid cwd fdlimit flags uid gid
        procexit -|!
        socket domain type proto|fd
        bind fd|res addr
        connect fd addr|res tuple fd
        listen fd backlog|res
        accept #0|#3
        send #2|#2
        sendto #3|#2
        recv #2|#2
        recvfrom #2|#3
        shutdown #2|#1
        getsockname #0|#0
        getpeername #0|#0
        socketpair #3|#5
        setsockopt #0|#6
        getsockopt #0|#6
        sendmsg #3|#2
        sendmmsg #0|#0
        recvmsg #1|#4
        recvmmsg #0|#0
        accept #1|#3
        creat name mode|fd name mode dev ino
        pipe #0|#4
        eventfd #2|#1
        futex #3|#1
        stat #0|#2
        lstat #0|#2
        fstat #1|#1
        stat64 #0|#2
        lstat64 #0|#2
        fstat64 #1|#1
        epoll_wait #1|#1
        poll #2|#2
        select #0|#1
        select #0|#1
        lseek #3|#1
        llseek #3|#1
        ioctl #2|#1
        getcwd #0|#2
        chdir -|res path
        fchdir fd|res
        mkdir path mode|res
        rmdir path|res
        openat dirfd name flags mode|fd
        link oldpath newpath|res
        linkat olddir oldpath newdir newpath|res
        unlink path|res
        unlinkat dirfd name|res
        pread #3|#2
        pwrite #3|#2
        readv #1|#3
        writev #2|#2
        preadv #2|#3
        pwritev #3|#2
        dup fd|res
        signalfd #3|#1
        kill pid sig|res
        tkill tid sig|res
        tgkill pid tid sig|res
        nanosleep #1|#1
        timerfd_create #2|#1
        inotify_init #1|#1
        getrlimit #1|#3
        setrlimit #1|#3
        prlimit #2|#5
        switch #1|!
        drop #1|#1
        fcntl #2|#1
        switch #6|!
        execve -|*
        clone -|* flags uid gid
        brk #1|#4
        mmap #6|#4
        mmap2 #6|#4
        munmap #2|#4
        splice fd_in fd_out size flags|res
        ptrace request pid|res addr data
        ioctl #3|#1
        execve -|* env
        rename -|res oldpath newpath
        renameat -|res olddirfd oldpath newdirfd newpath
        symlink -|res target linkpath
        symlinkat -|res target linkdirfd linkpath
        fork -|* flags uid gid
        vfork -|* flags uid gid
        procexit status ret sig core|!
        sendfile #4|#2
        quotactl #4|#14
        setresuid ruid euid suid|res
        setresgid rgid egid sgid|res
        sysdigevent #2|!
        setuid uid|res
        setgid gid|res
        getuid #0|#1
        geteuid #0|#1
        getgid #0|#1
        getegid #0|#1
        getresuid #0|#4
        getresgid #0|#4
        execve -|* comm env
        clone -|* comm flags uid gid
        fork -|* comm flags uid gid
        vfork -|* comm flags uid gid
        clone -|* comm cgroups flags uid gid vtid vpid pidns_init_start_ts
        fork -|* comm cgroups flags uid gid vtid vpid pidns_init_start_ts
        vfork -|* comm cgroups flags uid gid vtid vpid pidns_init_start_ts
        container id type name image|!
        execve -|* comm cgroups env
        signaldeliver #3|!
        procinfo #2|!
        getdents #1|#1
        getdents64 #1|#1
        setns fd nstype|res
        flock #2|#1
        cpu_hotplug #2|!
        accept #0|#5
        accept #1|#5
        semop #1|#8
        semctl #4|#1
        ppoll #3|#2
        mount flags|res dev dir type
        umount flags|res name
        k8s #1|!
        semget #3|#1
        access #1|#2
        chroot -|res path
        tracer #3|#3
        mesos #1|!
        container json|!
        setsid #0|#1
        mkdir mode|res path
        rmdir -|res path
        notification #2|!
        execve -|* comm cgroups env tty
        unshare flags|res
        infra #4|!
        execve filename|* comm cgroups env tty
        page_fault #3|!
        execve filename|* comm cgroups env tty pgid loginuid flags +
        setpgid #2|#1
        bpf cmd|res_or_fd
        seccomp op|res
        unlink -|res path
        unlinkat -|res dirfd name flags
        mkdirat -|res dirfd path mode
        openat dirfd name flags mode|fd dirfd name flags mode dev ino
        link -|res oldpath newpath
        linkat -|res olddir oldpath newdir newpath flags
        fchmodat -|res dirfd filename mode
        chmod -|res filename mode
        fchmod -|res fd mode
        renameat2 -|res olddirfd oldpath newdirfd newpath flags
        userfaultfd -|res flags
        pluginevent #2|!
        container json|!
        openat2 dirfd name flags mode resolve|fd dirfd name flags mode resolve dev ino
        mprotect #3|#1
        execveat dirfd pathname flags|* comm cgroups env tty pgid loginuid flags +
        copy_file_range #3|#3
        clone3 -|* comm cgroups flags uid gid vtid vpid pidns_init_start_ts
        open_by_handle_at -|fd mountfd flags path
        io_uring_setup -|res entries sq_entries cq_entries flags
        io_uring_enter #0|#6
        io_uring_register #0|#5
        mlock #0|#3
        munlock #0|#3
        mlockall #0|#2
        munlockall #0|#1
        capset -|res cap_inheritable cap_permitted cap_effective
        useradded #6|!
        userdeleted #6|!
        groupadded #3|!
        groupdeleted #3|!
        dup2 fd|res oldfd newfd
        dup3 fd|res oldfd newfd flags
        dup fd|res oldfd
        bpf cmd|fd cmd
        mlock2 #0|#4
        fsconfig -|res fd cmd key value_bytebuf value_charbuf aux
        epoll_create #1|#1
        epoll_create1 #1|#1
        chown -|res path uid gid
        lchown -|res path uid gid
        fchown -|res fd uid gid
        fchownat -|res dirfd pathname uid gid flags
        umount -|res name
        accept4 #1|#5
        umount2 flags|res name
        pipe2 #0|#5
        inotify_init1 #0|#2
        eventfd2 #1|#2
        signalfd4 #2|#2
        prctl -|res option arg2_str arg2_int
        asyncevent #3|!
        memfd_create -|fd name flags
        pidfd_getfd -|fd pid_fd target_fd flags
        pidfd_open -|fd pid flags
        init_module -|res img length uargs
        finit_module -|res fd uargs flags
        mknod -|res path mode dev
        mknodat -|res dirfd path mode dev
        newfstatat #0|#4
        """;
}
