# The node agent, as a native program with its eBPF programs: docker build -f infra/docker/agent.Dockerfile .
# To watch the kernel the container needs the host's processes and rights: --pid host --cgroupns host --user 0 --cap-add SYS_ADMIN --cap-add SYS_PTRACE
# --cap-add DAC_READ_SEARCH --security-opt apparmor=unconfined; without them it says what it cannot see and goes on with the engine.
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
# clang and libbpf-dev for the eBPF programs, clang and zlib for the native one.
RUN apt-get update && apt-get install -y --no-install-recommends clang llvm libbpf-dev zlib1g-dev && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN dotnet publish agents/NodeAgent -c Release -r linux-x64 -o /app --nologo
# A volume takes over the owner of the directory it is first mounted on; an unprivileged user must be able to write its state.
RUN mkdir /state

FROM mcr.microsoft.com/dotnet/runtime-deps:10.0
RUN apt-get update && apt-get install -y --no-install-recommends libbpf1 && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=build /app .
COPY --from=build --chown=$APP_UID:$APP_UID /state /var/lib/node-agent
VOLUME /var/lib/node-agent
USER $APP_UID
ENTRYPOINT ["/app/node-agent"]
CMD ["run", "--state", "/var/lib/node-agent"]
