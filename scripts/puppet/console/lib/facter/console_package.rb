# Whether the console's package has brought its unit to this machine; install-host looks for the same.
Facter.add(:console_package) do
  confine kernel: 'Linux'
  setcode do
    ['/lib', '/usr/lib'].any? { |place| File.exist?("#{place}/systemd/system/console.service") }
  end
end
