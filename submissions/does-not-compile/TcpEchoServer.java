import java.io.*;
import java.net.*;

public class TcpEchoServer {
    public static void main(String[] args) throws IOException {
        ServerSocket server = new ServerSocket(50007);
        Socket client = server.accept();
        System.out.println("Connected by " + client.getRemoteSocketAddress());
        InputStream in = client.getInputStream();
        OutputStream out = client.getOutputStream();
        int b;
        while ((b = in.read()) != -1) {
            out.write(b)
        }
        client.close();
    }
}
